//! Runs in a weather made for them.

use super::World;
use crate::clock::{DAY, START};
use crate::fact::Flaw;
use crate::weather::{Out, Weather};
use crate::{Plan, Setting};

#[test]
fn outage_of_ten_days_loses_no_fact() {
    let setting = Setting::prepare().unwrap();
    for kind in [Out::Service, Out::Store] {
        let plan = Plan { seed: 1, days: 4 };
        let mut world = World::new(&setting, plan, |store| store);
        world.weather = Weather::calm_but_for(kind);
        if let Some(outage) = &mut world.weather.outage {
            outage.from = START + DAY;
        }
        world.until_the_end().unwrap();
        assert!(world.tally.lost + world.tally.unavailable > 100);
        let ours = |payment: &str| world.audit.payments[world.audit.by_id[payment]].announced;
        for fact in &world.platform.facts {
            let usable = fact.saying.flaw == Flaw::None && ours(&fact.payment).is_some();
            assert!(fact.acknowledged || !usable, "{:?}", fact.saying);
        }
    }
}
