//! Hand-overs at random, over real sockets: whatever the clients do, there is one presenter
//! afterwards, and the engine, the application and every client say that it is the same.

mod guest;
mod stage;

use std::time::{Duration, Instant};

use framecast::{ControlPolicy, Role};
use serde_json::{Value, json};
use smol::{LocalExecutor, Timer};

use crate::scenarios::Lines;
use guest::Guest;
use stage::{Stage, View};

const HANDOVERS: usize = 1000;
const POLICIES: [ControlPolicy; 3] =
    [ControlPolicy::First, ControlPolicy::Request, ControlPolicy::Any];
/// Clients at a time.
const GUESTS: usize = 8;
/// A presenter that is hidden for this long gives control up, and what a script waits for that.
const TIMEOUT: Duration = Duration::from_millis(25);
const WAIT: Duration = Duration::from_millis(40);
/// Nothing takes this long.
const PATIENCE: Duration = Duration::from_secs(20);
/// A hand-over takes a handful of steps; no script is longer.
const STEPS: usize = 100 * HANDOVERS;

/// Numbers that look random; the same after the same seed (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    /// From 0 to below `n`, which is not 0.
    fn roll(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

/// What happened in one script.
#[derive(Default)]
struct Tally {
    steps: usize,
    handovers: usize,
    /// Steps after which nobody had control.
    nobody: usize,
    slowest: Duration,
}

pub(crate) fn handovers(seed: u64) -> Lines {
    let script = |policy: ControlPolicy| {
        let failed = |why| format!("{why} (--control {policy}, --seed {seed})");
        let tally = run(policy, seed).map_err(failed)?;
        Ok((
            format!(
                "{HANDOVERS} random hand-overs over sockets, `--control {policy}`, seed {seed}"
            ),
            format!(
                "{} of {HANDOVERS} with exactly one presenter, the same for the engine, the \
                 application and all clients, in {} steps; after {} of them nobody, as nobody \
                 wanted it; they agreed within {:.0} ms",
                tally.handovers,
                tally.steps,
                tally.nobody,
                tally.slowest.as_secs_f64() * 1e3
            ),
            "exactly one each time",
        ))
    };
    POLICIES.into_iter().map(script).collect()
}

/// Has the clients do this and that, until control went over often enough.
fn run(policy: ControlPolicy, seed: u64) -> Result<Tally, String> {
    let mut stage = Stage::open(policy, TIMEOUT)?;
    let executor = LocalExecutor::new();
    let played = smol::block_on(executor.run(async {
        let mut play = Play {
            dice: Dice(seed),
            stage: &mut stage,
            executor: &executor,
            guests: Vec::new(),
            last: None,
            tally: Tally::default(),
        };
        while play.tally.handovers < HANDOVERS {
            let what = play.step().await?;
            let settled = play.settle().await;
            settled.map_err(|why| format!("step {}, {what}: {why}", play.tally.steps))?;
            if play.tally.steps == STEPS {
                return Err(format!("only {} hand-overs", play.tally.handovers));
            }
        }
        Ok(play.tally)
    }));
    stage.close()?;
    played
}

struct Play<'a, 'b> {
    dice: Dice,
    stage: &'a mut Stage,
    executor: &'a LocalExecutor<'b>,
    guests: Vec<Guest>,
    /// Who had control last.
    last: Option<u64>,
    tally: Tally,
}

impl Play<'_, '_> {
    /// Something happens; what.
    async fn step(&mut self) -> Result<String, String> {
        self.tally.steps += 1;
        let count = self.guests.len();
        if count == 0 || (count < GUESTS && self.dice.roll(8) == 0) {
            let role = if self.dice.roll(4) == 0 { Role::Watch } else { Role::Drive };
            let guest = Guest::join(self.stage.link(role)?, role, self.executor).await?;
            let what = format!("{} joins to {}", guest.client(), role.name());
            self.guests.push(guest);
            return Ok(what);
        }
        // Half of the time it is the presenter who acts: what others do changes little.
        let presenter = self.guests.iter().position(|guest| Some(guest.client()) == self.last);
        let any = self.dice.roll(count);
        let who = presenter.filter(|_| self.dice.roll(2) == 0).unwrap_or(any);
        // The numbers in the list of clients count up, as those of the protocol do.
        let number = self.guests[self.dice.roll(count)].client();
        let message = match self.dice.roll(16) {
            0 => {
                let guest = self.guests.swap_remove(who);
                let what = format!("{} leaves", guest.client());
                guest.leave().await;
                return Ok(what);
            }
            1 => {
                let source = (self.dice.roll(3) > 0).then_some(number);
                for guest in &mut self.guests {
                    guest.declined |= source.is_none();
                }
                self.stage.choose(source);
                return Ok(format!("the application chooses {source:?}"));
            }
            2 | 3 => {
                Timer::after(WAIT).await;
                return Ok("time passes".to_owned());
            }
            4 => json!({"type": "disconnect", "number": number}),
            5 => json!({"type": "take_control"}),
            6 | 7 => json!({"type": "release_control"}),
            8 | 9 => json!({"type": "request_control"}),
            10 | 11 => json!({"type": "grant_control", "number": number}),
            12 => json!({"type": "hide"}),
            13 => json!({"type": "show"}),
            _ => json!({"type": "key_down", "key": "a", "code": "KeyA", "modifiers": []}),
        };
        let guest = &mut self.guests[who];
        match message["type"].as_str() {
            Some("release_control") => guest.declined = true,
            Some("hide") => guest.hidden = true,
            Some("show") => guest.hidden = false,
            _ => {}
        }
        let what = format!("{} says {message}", guest.client());
        // It may have been sent away.
        let _ = guest.say(&message).await;
        Ok(what)
    }

    /// Waits until all that was said is done and told, and looks who has control.
    async fn settle(&mut self) -> Result<(), String> {
        let began = Instant::now();
        loop {
            // What a client said before a ping is with the engine when the pong is here; what the
            // engine has done then, the clients know with the pong of another.
            self.ping_all().await?;
            let before = self.stage.view().await?;
            self.ping_all().await?;
            let after = self.stage.view().await?;
            // Time may have taken control from somebody in between.
            let agreed = if before == after { self.check(&after) } else { Err("unsteady".into()) };
            match agreed {
                Ok(()) => {
                    self.tally.slowest = self.tally.slowest.max(began.elapsed());
                    self.count(after.presenter);
                    return Ok(());
                }
                Err(why) if began.elapsed() > PATIENCE => return Err(why),
                Err(_) => {}
            }
        }
    }

    async fn ping_all(&mut self) -> Result<(), String> {
        for guest in &mut self.guests {
            guest.ping().await;
        }
        for guest in &self.guests {
            guest.pong(PATIENCE).await?;
        }
        self.guests.retain(|guest| !guest.is_gone());
        Ok(())
    }

    /// Whether everybody says the same of who has control, and it may be so.
    fn check(&self, view: &View) -> Result<(), String> {
        let here: Vec<u64> = view.members.iter().map(|member| member.client).collect();
        let mut ours: Vec<u64> = self.guests.iter().map(Guest::client).collect();
        ours.sort_unstable();
        if here != ours {
            return Err(format!("{here:?} are here for the engine, and it is {ours:?}"));
        }
        let presenting = view.members.iter().filter(|member| member.presenter);
        let presenting: Vec<u64> = presenting.map(|member| member.client).collect();
        let holder: Vec<u64> = view.presenter.into_iter().collect();
        let told = |what: &str| {
            let say = |guest: &&Guest| guest.control()[what] == Value::Bool(true);
            let say = self.guests.iter().filter(say);
            say.map(Guest::client).collect::<Vec<_>>()
        };
        if presenting != holder || told("presenter") != holder {
            return Err(format!(
                "the engine's presenter is {holder:?}, its list has {presenting:?}, and clients \
                 {:?} say that they are it",
                told("presenter")
            ));
        }
        if view.told != view.presenter {
            return Err(format!("the application heard of {:?}, not {holder:?}", view.told));
        }
        let knowing = if holder.is_empty() { 0 } else { ours.len() };
        if told("held").len() != knowing || told("manages").len() != holder.len() {
            return Err(format!(
                "for {:?} control is held, {:?} manage",
                told("held"),
                told("manages")
            ));
        }
        let wrong = |guest: &&Guest| holder.contains(&guest.client()) && guest.role != Role::Drive;
        if let Some(guest) = self.guests.iter().find(wrong) {
            return Err(format!("{} may only watch, and drives", guest.client()));
        }
        let ready = |guest: &&Guest| guest.role == Role::Drive && !guest.hidden && !guest.declined;
        match self.guests.iter().find(ready) {
            Some(guest) if holder.is_empty() => {
                Err(format!("nobody has control, and {} is there for it", guest.client()))
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, presenter: Option<u64>) {
        let Some(presenter) = presenter else {
            self.tally.nobody += 1;
            return;
        };
        if self.last.replace(presenter) != Some(presenter) {
            self.tally.handovers += 1;
        }
        if let Some(guest) = self.guests.iter_mut().find(|it| it.client() == presenter) {
            guest.declined = false;
        }
    }
}
