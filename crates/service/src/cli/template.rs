//! `template list|put|remove`. What the API lets supervisors do over HTTP, for whoever sets an organization up.

use super::{CliError, Lines, exists};
use crate::directory::{Directory, DirectoryError};
use clap::Subcommand;
use countersign_protocol::wire::SharedTemplate;
use serde_json::json;
use std::io::Read as _;

#[derive(Debug, Subcommand)]
pub(super) enum Template {
    /// List an organization's shared templates.
    List {
        /// The organization's handle.
        #[arg(long)]
        org: String,
    },
    /// Add a shared template, or put it in the place of the one with its id; JSON on standard input, as the API has it.
    Put {
        /// The organization's handle.
        #[arg(long)]
        org: String,
    },
    /// Remove a shared template.
    Remove {
        /// The organization's handle.
        #[arg(long)]
        org: String,
        /// The template's id, from `template list`.
        id: String,
    },
}

impl Template {
    pub(super) async fn run(self, directory: &dyn Directory, out: &mut Lines<'_>) -> Result<(), CliError> {
        match self {
            Self::List { org } => {
                exists(directory, &org).await?;
                for template in directory.templates(&org).await? {
                    let fields: Vec<_> = template.fields.iter().map(|field| field.name.as_str()).collect();
                    let line = format!("{}\t{}\t{}", template.id, template.name, fields.join(", "));
                    out.entry(&template, &line)?;
                }
                Ok(())
            }
            Self::Put { org } => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text)?;
                let template: SharedTemplate = serde_json::from_str(&text).map_err(CliError::Template)?;
                template.check().map_err(DirectoryError::Template)?;
                match directory.add_template(&org, template.clone()).await {
                    Err(DirectoryError::Exists(_)) => {
                        directory.change_template(&org, template.clone()).await?;
                    }
                    other => other?,
                }
                Ok(out.done(&template, "")?)
            }
            Self::Remove { org, id } => {
                directory.remove_template(&org, &id).await?;
                Ok(out.done(&json!({ "org": org, "id": id, "state": "removed" }), "")?)
            }
        }
    }
}
