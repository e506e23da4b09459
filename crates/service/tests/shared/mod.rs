//! What every directory and every audit is held to, as one suite each: give it one that is empty, twice over as two nodes have
//! it, and a clock that stands, and `shared::directory_suite!` and `shared::audit_suite!` make its tests.

pub mod audit;
pub mod directory;
pub mod profile;
pub mod templates;

use countersign_service::audit::Audit;
use countersign_service::clock::ManualClock;
use countersign_service::directory::Directory;
use std::any::Any;
use std::sync::Arc;

/// A directory and an audit under test.
pub struct Party {
    pub directory: Arc<dyn Directory>,
    /// The same, as another process has it.
    pub other: Arc<dyn Directory>,
    pub audit: Arc<dyn Audit>,
    /// The same, as another process has it.
    pub other_audit: Arc<dyn Audit>,
    pub clock: Arc<ManualClock>,
    /// What must live as long as these.
    pub _kept: Box<dyn Any + Send + Sync>,
}

/// Makes the tests of one part of the suite for what `$party`, an asynchronous function that gives a [`Party`], brings up.
macro_rules! suite {
    ($party:path: $($part:ident :: { $($test:ident),* $(,)? }),* $(,)?) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                crate::shared::$part::$test($party().await).await;
            }
        )*)*
    };
    ($party:path) => {
        $crate::shared::suite!($party:
            directory::{
                an_organization_is_added_once_and_read_as_it_was,
                editing_changes_what_is_given_and_nothing_else,
                organizations_and_agents_are_listed_in_one_order,
                a_code_is_good_for_one_token_and_a_revoked_agents_for_none,
                a_code_is_good_for_a_quarter_of_an_hour,
                an_agent_who_is_invited_again_has_one_code,
                a_code_that_many_redeem_at_once_gives_one_token,
                a_token_is_its_agents_until_there_is_a_newer_one,
                who_follows_the_voided_tokens_hears_of_each,
                the_origin_is_the_last_that_was_remembered,
                no_text_breaks_out_of_its_place,
            },
            profile::{
                a_policy_is_the_default_until_it_is_edited,
                edits_of_a_policy_at_once_all_count,
                a_logo_is_found_by_its_digest_while_it_is_somebodys,
                a_domain_is_shown_while_its_challenge_is_found,
                there_are_so_many_domains_and_no_more_however_many_add_at_once,
                what_a_new_profile_says_of_logo_domains_and_numbers_is_not_taken,
            },
            templates::{
                a_template_is_added_once_changed_and_removed,
                templates_are_their_organizations_and_listed_by_name,
                there_are_so_many_templates_and_no_more_however_many_add_at_once,
            },
            audit::{
                a_session_is_one_entry_however_often_and_in_whatever_order_it_is_handed_over,
                pages_follow_one_another_without_gap_or_repeat,
                a_page_is_of_whom_and_when_it_was_asked_for,
                an_id_is_not_told_while_it_is_the_key,
                the_name_is_the_directorys,
                what_is_old_is_dropped_and_nothing_else,
                who_reads_on_while_two_nodes_write_misses_nothing,
                texts_come_back_as_they_were,
            },
        );
    };
}
pub(crate) use suite;
