//! Two nodes on one Redis against one, each with as many sessions going as the one alone. Each session's agent is at one node and
//! its page at the other, so that whatever having two costs is in it. With cores for them all it is sessions a second; with fewer,
//! where the second node only takes turns with the first, the processor's time a session takes of one node over what it takes of both together.

use crate::figure::{Goal, print};
use crate::load::{Failure, Target, many};
use crate::program::{HANDLE, ORGANIZATION, Program, Start, staff};
use crate::service::{AT_ONCE, count};
use countersign_rig::redis::Redis;
use reqwest::Client;

/// One and two take turns, so that whatever else the machine does weighs on both.
const TURNS: usize = 5;
/// The load, the store and two nodes run side by side on as many.
const ENOUGH_CORES: usize = 6;

/// Sessions a second, and hundredths of a second of the processor for each.
struct Cost {
    a_second: f64,
    each: f64,
}

async fn cost(sessions: usize, target: &Target, nodes: &[&Program]) -> Result<Cost, Failure> {
    let spent = || nodes.iter().map(|node| node.processor_time()).sum::<Result<u64, Failure>>();
    let before = spent()?;
    let whole = {
        let target = target.clone();
        move || {
            let target = target.clone();
            async move { target.whole().await }
        }
    };
    let took = many(sessions * nodes.len(), AT_ONCE * nodes.len(), whole).await?;
    let sessions = sessions * nodes.len();
    let spent = usize::try_from(spent()? - before)?;
    Ok(Cost { a_second: count(sessions) / took.as_secs_f64(), each: count(spent) / count(sessions) })
}

pub async fn run(sessions: usize) -> Result<(), Failure> {
    let (data, redis) = (tempfile::tempdir()?, Redis::start());
    let token = staff(data.path(), 1).await?.pop().ok_or("no agent")?;
    let url = redis.url();
    let start = Start { more: &["--redis", &url], ..Start::on(data.path()) };
    let nodes = [Program::start(&start)?, Program::start(&start)?];
    let [first, second] = &nodes;
    let one = Target {
        client: Client::new(),
        origin: first.origin.clone(),
        pages_at: None,
        handle: HANDLE.to_owned(),
        organization: ORGANIZATION.to_owned(),
        token,
    };
    let two = Target { pages_at: Some(second.origin.clone()), ..one.clone() };
    cost(sessions / 10, &one, &[first]).await?;
    cost(sessions / 10, &two, &[first, second]).await?;
    let (mut faster, mut cheaper) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let alone = cost(sessions / TURNS, &one, &[first]).await?;
        let together = cost(sessions / TURNS, &two, &[first, second]).await?;
        faster.push(together.a_second / alone.a_second);
        cheaper.push(alone.each / together.each);
    }
    println!(
        "# two nodes: sessions a second over one's {faster:.2?}; a session's time of one over two {cheaper:.2?}"
    );
    let cores = std::thread::available_parallelism()?.get();
    if cores >= ENOUGH_CORES {
        print("two_nodes_vs_one", median(&mut faster), "ratio", Goal::AtLeast(1.7));
    } else {
        println!(
            "# {cores} cores cannot show it: the processor's time a session takes of one node, over that of two"
        );
        print("two_nodes_vs_one", median(&mut cheaper), "ratio", Goal::AtLeast(0.95));
    }
    Ok(())
}

fn median(ratios: &mut [f64]) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}
