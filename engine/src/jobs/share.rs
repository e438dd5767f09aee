//! Which waiting items of a kind of job start next.

use std::collections::{HashMap, VecDeque};

/// How many items of one kind run at the same time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub total: usize,
    /// Of one tenant.
    pub per_tenant: usize,
}

impl Limits {
    /// A tenant may use three quarters of `total`, so that another's items need not wait until its own end.
    pub const fn of(total: usize) -> Self {
        let reserved = total / 4;
        Self {
            total,
            per_tenant: total - reserved,
        }
    }
}

/// Orders tenants for the next round: first those after the one that was served last, so that each has its turn.
pub fn in_turn<'a>(mut tenants: Vec<&'a str>, last_served: Option<&str>) -> Vec<&'a str> {
    tenants.sort_unstable();
    if let Some(last) = last_served {
        let next = tenants.partition_point(|tenant| *tenant <= last);
        tenants.rotate_left(next);
    }
    tenants
}

/// Takes items from the queues of the tenants, each time from the tenant of which the fewest run, at a tie from the first.
/// `running` counts the items that run already.
pub fn share<T>(limits: Limits, running: &HashMap<String, usize>, queues: Vec<(String, Vec<T>)>) -> Vec<T> {
    let mut free = limits.total.saturating_sub(running.values().sum());
    let mut queues: Vec<(usize, VecDeque<T>)> = queues
        .into_iter()
        .map(|(tenant, items)| (running.get(&tenant).copied().unwrap_or_default(), items.into()))
        .collect();
    let mut taken = Vec::new();
    while free > 0 {
        let next = queues
            .iter_mut()
            .filter(|(running, items)| *running < limits.per_tenant && !items.is_empty())
            .min_by_key(|(running, _)| *running);
        let Some((running, items)) = next else { break };
        *running += 1;
        free -= 1;
        taken.extend(items.pop_front());
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn queue(tenant: usize, items: usize) -> (String, Vec<(usize, usize)>) {
        (tenant.to_string(), (0..items).map(|n| (tenant, n)).collect())
    }

    #[test]
    fn kind_with_one_slot_gives_it_to_any_tenant() {
        let limits = Limits::of(1);
        assert_eq!((limits.total, limits.per_tenant), (1, 1));
        assert_eq!(share(limits, &HashMap::new(), vec![queue(0, 3)]), [(0, 0)]);
    }

    proptest! {
        /// Items end one after the other, and every tenant always has more.
        #[test]
        fn every_tenant_has_its_turn(total in 1_usize..6, tenants in 1_usize..12) {
            let limits = Limits::of(total);
            let names: Vec<String> = (0..tenants).map(|tenant| format!("{tenant:02}")).collect();
            let mut running: VecDeque<String> = VecDeque::new();
            let mut last: Option<String> = None;
            let mut served: HashMap<String, usize> = HashMap::new();
            let rounds = tenants * 20;
            for _ in 0..rounds {
                let mut counts: HashMap<String, usize> = HashMap::new();
                for tenant in &running {
                    *counts.entry(tenant.clone()).or_default() += 1;
                }
                let order = in_turn(names.iter().map(String::as_str).collect(), last.as_deref());
                let queues = order.into_iter().map(|tenant| (tenant.to_owned(), vec![tenant.to_owned(); total]));
                for tenant in share(limits, &counts, queues.collect()) {
                    *served.entry(tenant.clone()).or_default() += 1;
                    last = Some(tenant.clone());
                    running.push_back(tenant);
                }
                running.pop_front();
            }
            let least = names.iter().map(|tenant| served.get(tenant).copied().unwrap_or_default()).min();
            let fair = (rounds / tenants).saturating_sub(total + 1);
            prop_assert!(least >= Some(fair), "{served:?}");
        }

        #[test]
        fn items_start_within_the_limits_and_no_tenant_is_left_out(
            total in 1_usize..20,
            tenants in prop::collection::vec((0_usize..6, 0_usize..40), 1..8),
        ) {
            let limits = Limits::of(total);
            let running: HashMap<String, usize> = tenants
                .iter()
                .enumerate()
                .map(|(tenant, (running, _))| (tenant.to_string(), (*running).min(limits.per_tenant)))
                .collect();
            let before: usize = running.values().sum();
            prop_assume!(before <= total);
            let queues: Vec<_> = tenants.iter().enumerate().map(|(tenant, (_, items))| queue(tenant, *items)).collect();
            let taken = share(limits, &running, queues);

            let mut after = running.clone();
            for (tenant, _) in &taken {
                *after.entry(tenant.to_string()).or_default() += 1;
            }
            prop_assert!(after.values().sum::<usize>() <= total);
            prop_assert!(after.values().all(|running| *running <= limits.per_tenant));
            for (tenant, (_, items)) in tenants.iter().enumerate() {
                let started: Vec<_> = taken.iter().filter(|(of, _)| *of == tenant).collect();
                // Items of a tenant start in their order.
                prop_assert!(started.iter().enumerate().all(|(n, item)| item.1 == n));
                let now = after[&tenant.to_string()];
                if started.len() < *items && now < limits.per_tenant {
                    // It waits only because all slots are taken, and no tenant with more running items got one.
                    prop_assert_eq!(after.values().sum::<usize>(), total);
                    let got_more = taken.iter().any(|(of, _)| after[&of.to_string()] > now + 1);
                    prop_assert!(!got_more);
                }
            }
        }
    }
}
