//! The agent's engine, without a window.
pub mod view;

#[cfg(test)]
mod bindings;
