//! The real program: run to its end, or serving until it is killed.

use super::PATIENCE;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;

/// What a run of the program left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign-service");

fn command(data: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    command_through(&[], data, args)
}

/// Its command line, after that of a program that becomes it.
fn command_through(
    prefix: &[&str],
    data: &Path,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Command {
    let mut words = prefix.iter().copied().chain([PROGRAM]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("COUNTERSIGN_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command.args(args).arg("--data").arg(data).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(data: &Path, args: &[&str]) -> Ran {
    let output = command(data, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the program, which must do what it is told and say nothing but its answer.
pub fn ask(data: &Path, args: &[&str]) -> String {
    let ran = run(data, args);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
    ran.out
}

/// As [`ask`], with something on standard input.
pub fn tell(data: &Path, args: &[&str], input: &str) -> Ran {
    let mut command = command(data, args);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the program, which must refuse in these words and print nothing else.
pub fn refused(data: &Path, args: &[&str], words: &str) {
    let ran = run(data, args);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{args:?}: {}", ran.err);
    let line = ran.err.strip_suffix('\n').unwrap();
    assert!(line.starts_with("countersign-service: ") && !line.contains('\n'), "{line}");
    assert!(line.contains(words), "{args:?}: {line}");
}

/// The program, serving.
pub struct Serving {
    child: Child,
    pub addr: SocketAddr,
    out: Option<JoinHandle<String>>,
    err: Option<JoinHandle<String>>,
}

/// Serves with these options, and an environment variable; also what is printed by the time it answers.
pub fn serving_with(data: &Path, args: &[&str], env: Option<(&str, &str)>) -> (Running, String) {
    let config = args.contains(&"--config");
    let port = if config { &[][..] } else { &["--listen", "127.0.0.1:0"] };
    let mut command = command(data, [&["serve"], port, args].concat());
    command.envs(env).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = String::new();
    for _ in 0..=usize::from(config) {
        out.read_line(&mut lines).unwrap();
    }
    (Running(child), lines)
}

/// A program that ends with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Serving {
    /// Starts it on a free port; it listens when this returns.
    pub fn start(data: &Path, args: &[&str], log: &str) -> Self {
        Self::start_through(&[], data, args, log)
    }

    /// As [`Self::start`], through a program that becomes it.
    pub fn start_through(prefix: &[&str], data: &Path, args: &[&str], log: &str) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        let mut command = command_through(prefix, data, args);
        command.env("RUST_LOG", log).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let err = std::thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let addr = first.strip_prefix("listening on http").map(|rest| rest.trim_start_matches('s'));
        let addr =
            addr.and_then(|rest| rest.strip_prefix("://")).and_then(|rest| rest.trim_end().parse().ok());
        let addr = addr.unwrap_or_else(|| panic!("the first line is not the address: {first:?}"));
        let out = std::thread::spawn(move || {
            out.read_to_string(&mut first).unwrap();
            first
        });
        Self { child, addr, out: Some(out), err: Some(err) }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without asking (SIGKILL); what it has said, on standard output and standard error.
    pub fn kill(mut self) -> (String, String) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.out.take().unwrap().join().unwrap(), self.err.take().unwrap().join().unwrap())
    }

    /// Waits for it to end.
    pub fn wait(mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it has not ended");
            std::thread::yield_now();
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
