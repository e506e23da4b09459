//! The verbs: what each hands to its script, and what the answer means.

use super::burn::burn;
use super::layout::{Bucket, pointer};
use super::link::Lost;
use super::numbers::holder;
use super::reply::{Reply, broken, event, parse, text};
use super::scripts::{Name, steps};
use super::{Inner, RedisStore};
use crate::clock::Millis;
use crate::store::{
    OpenedRecord, Owner, Placement, Recipient, SessionStore, StoreError, StoredEvent, VerdictRecord, Wakes,
};
use async_trait::async_trait;
use countersign_protocol::stage::{Stage, Step};
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use futures_util::future::{join_all, try_join_all};
use redis::Value;
use serde::Serialize;
use std::sync::Arc;

/// Most events handed out at once.
const EVENTS_AT_ONCE: u32 = 256;
/// Most sessions of a bucket that one sweep tells of.
const SWEPT_AT_ONCE: usize = 100;

/// Who calls, as scripts have it: kind, organization or agent, token.
type Who<'a> = (&'static str, &'a str, &'a [u8]);

/// One step of a session.
struct Move<'a> {
    step: Step,
    field: &'static str,
    content: String,
    column: &'static str,
    word: &'static str,
    event: &'static str,
    waited: bool,
    who: Who<'a>,
}

impl<'a> Move<'a> {
    fn of(who: Who<'a>, step: Step) -> Self {
        let content = String::new();
        Self { step, field: "-", content, column: "", word: "", event: "", waited: false, who }
    }

    fn with(self, field: &'static str, content: String) -> Self {
        Self { field, content, ..self }
    }
}

fn page(who: &Recipient) -> Who<'_> {
    ("r", &who.org, &who.token)
}

fn json(message: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(message).map_err(|_| StoreError::Unavailable)
}

impl Inner {
    /// The agent whose session it is.
    pub(super) async fn pointed(&self, id: &SessionId) -> Result<Option<String>, StoreError> {
        let bucket = Bucket::of_session(id);
        let mut get = redis::cmd("GET");
        get.arg(format!("{}{}", bucket.prefix(), pointer(id)));
        let found = self.servers.call(bucket, get, false).await.map_err(|_| StoreError::Unavailable)?;
        let agent = text(&found);
        if let Some(agent) = &agent {
            self.pointers.put(*id, agent);
        }
        Ok(agent)
    }

    /// Where the session is, as far as anybody knows.
    async fn bucket(&self, id: &SessionId) -> Result<Bucket, StoreError> {
        let agent = match self.pointers.get(id) {
            Some(agent) => Some(agent),
            None => self.pointed(id).await?,
        };
        Ok(agent.map_or_else(|| Bucket::of_session(id), |agent| Bucket::of_agent(&agent)))
    }

    /// Takes a name that is free; whose it is.
    pub(super) async fn claim(
        &self,
        bucket: Bucket,
        key: String,
        holder: String,
    ) -> Result<String, StoreError> {
        let found = self.run(bucket, Name::Claim, [key, holder], true).await;
        found.ok().as_ref().and_then(text).ok_or(StoreError::Unavailable)
    }

    async fn create(self: &Arc<Self>, owner: Owner, request: CreateSession) -> Result<Placement, StoreError> {
        let (id, Owner { org, agent, most_live }) = (request.session_id, owner);
        let holder = holder(&agent, &id);
        let (whose, number) = tokio::join!(
            self.claim(Bucket::of_session(&id), pointer(&id), agent.clone()),
            self.claim_number(&org, &holder)
        );
        let number = number?;
        if whose? != agent {
            self.release_held(&org, &number, holder);
            return Err(StoreError::Conflict);
        }
        self.pointers.put(id, &agent);
        let kinds: Vec<_> = request.fields.iter().map(|field| field.kind.as_str()).collect();
        let args = [
            id.to_string(),
            org.clone(),
            agent.clone(),
            number.clone(),
            json(&request)?,
            (Millis::from(request.ttl_secs) * 1000).to_string(),
            most_live.to_string(),
            Stage::Waiting.as_str().to_owned(),
            kinds.join(" "),
            request.template_id.clone().unwrap_or_default(),
        ];
        let reply = Reply::read(self.run(Bucket::of_agent(&agent), Name::Create, args, true).await);
        let placed = reply.as_ref().ok().filter(|reply| reply.is("placed"));
        if placed.and_then(|placed| placed.part(1)) != Some(&number)
            && !matches!(reply, Err(StoreError::Unavailable))
        {
            self.release_held(&org, &number, holder);
        }
        let reply = reply?;
        if !reply.is("placed") {
            return Err(StoreError::Conflict);
        }
        let number = reply.part(1).ok_or_else(broken)?.to_owned();
        Ok(Placement { number, created_at: reply.time(2)?, expires_at: reply.time(3)? })
    }

    async fn open(self: &Arc<Self>, who: Recipient) -> Result<OpenedRecord, StoreError> {
        // The pointer is read each time, so that a used link and one that never was are answered after the same work.
        let agent = self.pointed(&who.id).await?;
        let bucket = agent.map_or_else(|| Bucket::of_session(&who.id), |agent| Bucket::of_agent(&agent));
        let (id, open) = (who.id.to_string(), steps(Step::Open));
        let args = [id.as_bytes(), who.org.as_bytes(), &who.token, open.as_bytes()];
        let opened = self.run(bucket, Name::Open, args, true).await;
        if opened == Err(Lost::Unknown) {
            burn(self, bucket, who.id);
        }
        let opened = Reply::read(opened)?;
        Ok(OpenedRecord { request: parse(opened.part(1))?, expires_at: opened.time(2)? })
    }

    /// Takes a step of a session, in the bucket where it is.
    async fn step(
        self: &Arc<Self>,
        bucket: Bucket,
        id: SessionId,
        taken: Move<'_>,
    ) -> Result<(), StoreError> {
        let Move { step, field, content, column, word, event, waited, who: (kind, name, token) } = taken;
        let (text, leads) = (id.to_string(), steps(step));
        let (refuse, mismatch) = match step {
            Step::Answer => (steps(Step::Refuse), steps(Step::Mismatch)),
            _ => Default::default(),
        };
        let args = [
            text.as_bytes(),
            kind.as_bytes(),
            name.as_bytes(),
            token,
            field.as_bytes(),
            content.as_bytes(),
            leads.as_bytes(),
            column.as_bytes(),
            word.as_bytes(),
            event.as_bytes(),
            if waited { b"1" } else { b"0" },
            refuse.as_bytes(),
            mismatch.as_bytes(),
        ];
        let done = self.run(bucket, Name::Step, args, true).await;
        if step == Step::Answer && done == Err(Lost::Unknown) {
            burn(self, bucket, id);
        }
        let done = Reply::read(done)?;
        if let (Some(number), Some(org)) = (done.part(1), done.part(2)) {
            self.release(org.to_owned(), number.to_owned(), id);
        }
        if done.is("conflict") { Err(StoreError::Conflict) } else { Ok(()) }
    }

    async fn step_of_page(self: &Arc<Self>, who: &Recipient, taken: Move<'_>) -> Result<(), StoreError> {
        self.step(self.bucket(&who.id).await?, who.id, taken).await
    }

    async fn extend(&self, bucket: Bucket, id: SessionId, who: Who<'_>) -> Result<Millis, StoreError> {
        let (text, leads) = (id.to_string(), steps(Step::Extend));
        let args = [text.as_bytes(), who.0.as_bytes(), who.1.as_bytes(), who.2, leads.as_bytes()];
        Reply::read(self.run(bucket, Name::Extend, args, true).await)?.time(1)
    }

    async fn verdict_for(&self, who: Recipient) -> Result<VerdictRecord, StoreError> {
        let id = who.id.to_string();
        let args = [id.as_bytes(), who.org.as_bytes(), &who.token];
        let reply = Reply::read(self.run(self.bucket(&who.id).await?, Name::Verdict, args, true).await)?;
        if reply.is("pending") {
            return Ok(VerdictRecord::Pending);
        }
        if reply.is("refused") {
            return Ok(VerdictRecord::Refused);
        }
        let verdict: Verdict = parse(reply.part(1))?;
        Ok(match verdict.tag {
            Some(tag) => VerdictRecord::Accepted(tag, reply.time(2)?),
            None => VerdictRecord::Refused,
        })
    }

    /// Tells of sessions that have run out, in one bucket.
    async fn sweep(self: &Arc<Self>, bucket: Bucket) -> Result<(), StoreError> {
        loop {
            let found = self.run(bucket, Name::Sweep, [SWEPT_AT_ONCE.to_string()], false).await;
            let Ok(Value::Array(found)) = found else { return Err(StoreError::Unavailable) };
            let found: Vec<_> = found.iter().filter_map(text).collect();
            let Some((at, sessions)) = found.split_first() else { return Err(broken()) };
            self.pulse.swept(bucket, at.parse().map_err(|_| broken())?);
            for session in sessions.chunks_exact(3) {
                if let [org, number, id] = session
                    && let Ok(id) = id.parse()
                {
                    self.release(org.clone(), number.clone(), id);
                    self.pointers.forget(&id);
                }
            }
            if sessions.len() < SWEPT_AT_ONCE * 3 {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl SessionStore for RedisStore {
    async fn create(&self, owner: Owner, request: CreateSession) -> Result<Placement, StoreError> {
        self.inner.create(owner, request).await
    }

    async fn open(&self, recipient: Recipient) -> Result<OpenedRecord, StoreError> {
        self.inner.open(recipient).await
    }

    async fn answer(&self, recipient: Recipient, answer: Answer) -> Result<(), StoreError> {
        let taken = Move::of(page(&recipient), Step::Answer).with("ans", json(&answer)?);
        let taken = Move { column: "answered_at", event: "answered", ..taken };
        self.inner.step_of_page(&recipient, taken).await
    }

    async fn verdict_for(&self, recipient: Recipient) -> Result<VerdictRecord, StoreError> {
        self.inner.verdict_for(recipient).await
    }

    async fn viewed(&self, recipient: Recipient, nonce: Nonce) -> Result<(), StoreError> {
        let taken = Move::of(page(&recipient), Step::View).with("non", json(&nonce)?);
        let taken = Move { column: "viewed_at", event: "viewed", ..taken };
        self.inner.step_of_page(&recipient, taken).await
    }

    async fn outcome(&self, recipient: Recipient, outcome: Outcome) -> Result<(), StoreError> {
        let (step, word) = match outcome {
            Outcome { matched: true, .. } => (Step::Match, "matched"),
            Outcome { unexpected: true, .. } => (Step::Mismatch, "unexpected"),
            Outcome { .. } => (Step::Mismatch, "mismatched"),
        };
        let taken = Move::of(page(&recipient), step).with("out", json(&outcome)?);
        self.inner.step_of_page(&recipient, Move { word, event: "outcome", ..taken }).await
    }

    async fn extend_by_recipient(&self, recipient: Recipient) -> Result<Millis, StoreError> {
        let bucket = self.inner.bucket(&recipient.id).await?;
        self.inner.extend(bucket, recipient.id, page(&recipient)).await
    }

    async fn verdict(&self, agent: String, id: SessionId, verdict: Verdict) -> Result<(), StoreError> {
        let step = if verdict.accepted { Step::Accept } else { Step::Refuse };
        let taken = Move::of(("a", &agent, b""), step).with("ver", json(&verdict)?);
        let taken = Move { column: "verdict_at", word: "refused", waited: true, ..taken };
        self.inner.step(Bucket::of_agent(&agent), id, taken).await
    }

    async fn revealed(&self, agent: String, id: SessionId) -> Result<(), StoreError> {
        let taken = Move { column: "revealed_at", ..Move::of(("a", &agent, b""), Step::Reveal) };
        self.inner.step(Bucket::of_agent(&agent), id, taken).await
    }

    async fn extend_by_agent(&self, agent: String, id: SessionId) -> Result<Millis, StoreError> {
        self.inner.extend(Bucket::of_agent(&agent), id, ("a", &agent, b"")).await
    }

    async fn cancel(&self, agent: String, id: SessionId) -> Result<(), StoreError> {
        let taken = Move::of(("a", &agent, b""), Step::Cancel).with("can", "1".to_owned());
        let taken = Move { word: "cancelled", waited: true, ..taken };
        self.inner.step(Bucket::of_agent(&agent), id, taken).await
    }

    async fn numbered(&self, org: String, number: String) -> Result<SessionId, StoreError> {
        self.inner.numbered(org, number).await
    }

    async fn events_since(&self, agent: String, seq: u64) -> Result<Vec<StoredEvent>, StoreError> {
        // Streams count to 2⁶³ here; nothing comes after that.
        let after = i64::try_from(seq).unwrap_or(i64::MAX);
        let args = [agent.clone(), after.to_string(), EVENTS_AT_ONCE.to_string()];
        match self.inner.run(Bucket::of_agent(&agent), Name::Events, args, true).await {
            Ok(Value::Array(events)) => events.iter().map(event).collect(),
            _ => Err(StoreError::Unavailable),
        }
    }

    async fn newest_event(&self, agent: String) -> Result<u64, StoreError> {
        let newest = self.inner.run(Bucket::of_agent(&agent), Name::Newest, [agent], true).await;
        let newest = newest.map_err(|_| StoreError::Unavailable)?;
        text(&newest).and_then(|text| text.parse().ok()).ok_or_else(broken)
    }

    async fn expire(&self) -> Result<(), StoreError> {
        let swept = join_all(Bucket::all().map(|bucket| self.inner.sweep(bucket))).await;
        swept.into_iter().collect()
    }

    /// The store's own expiry does that.
    async fn forget(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn live(&self) -> Result<u64, StoreError> {
        let now = self.inner.now();
        let counts = Bucket::all().map(async |bucket| {
            let mut count = redis::cmd("ZCOUNT");
            count.arg(format!("{}:x", bucket.prefix())).arg(format!("({now}")).arg("+inf");
            let count = self.inner.servers.call(bucket, count, false).await;
            match count {
                Ok(Value::Int(count)) => Ok(count.unsigned_abs()),
                _ => Err(StoreError::Unavailable),
            }
        });
        Ok(try_join_all(counts).await?.into_iter().sum())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let none: [&str; 0] = [];
        let fences = Bucket::all().map(|bucket| self.inner.run(bucket, Name::Fence, none, true));
        try_join_all(fences).await.map(drop).map_err(|_| StoreError::Unavailable)
    }

    fn wakes(&self) -> &Wakes {
        &self.inner.wakes
    }
}
