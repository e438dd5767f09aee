//! Where a floor is not reached: the profile of `perf`, on the machine where this was written (2 cores of a virtual
//! machine, one `fdatasync` 0.2 ms). Measure again whenever the figures change.

/// Part and profile.
pub const PROFILES: &[(&str, &str)] = &[
    (
        "P1",
        "One PostgreSQL process works through each batch and is busy for 96 % of one core; the other core idles for \
         86 % of the time, because positions without a gap need one writer at a time. Of its 26 µs per event, \
         measured by calling the function in a loop, 9 to 12 are the function's (3 of them looking for duplicates \
         and conflicts, the rest the table and its two indexes), about 9 the kernel's (writing the write-ahead log, \
         first touches of shared memory), and the rest goes to receiving the arrays and to flushing at commit. \
         postgres-es spreads over both cores. The ratio grows with the writers, as batches do.",
    ),
    (
        "P2",
        "The appender's thread is busy for two thirds of the time and waits for the disk for the rest. Half of its \
         work is the commit: an event on a new stream touches a random page of the index on streams, and each \
         touched page is a frame of the write-ahead log, and later a page of the file.",
    ),
    (
        "P3",
        "Two wake-ups, of the appender's thread and of the caller, which cost 50 to 100 µs each on an idle core of \
         a virtual machine and almost nothing otherwise: the figure has two values.",
    ),
    (
        "P5",
        "Both cores are busy for 87 % of the time; a webhook costs 190 µs of them. A third goes to projecting its \
         events into seven read models, whose projectors run at the same time (9 µs per event and model, the cost \
         of a rebuild); a fifth to appending (the frames of randomly placed index pages, and syncing them); the \
         rest to the client, HTTP, the form, the signature, sealing 22 raw parameters and deciding, without a hot \
         spot. `/health/live` costs 18 µs, so that 0.35 of it leaves 51 µs: less than appending and projecting \
         alone.",
    ),
    (
        "P6",
        "The profile is flat, on both cores: 14 % allocator, 12 % SQLite, 15 % unsealing (before the portable \
         Poly1305), 9 % copying, 5 % JSON, and nothing else above 2 %. With 200,000 events the rate is 160,000/s; \
         with a million, their keys and larger trees, 138,000 to 150,000. Since each of the thirteen filters has \
         its indexes by agent and by grade, creating them takes two of nine seconds, and the rate is 107,000 to \
         113,000 on a machine on which `/health/live` answers a third fewer requests. The peer, which folds \
         unsealed events into one slim row, gained as much from `fdatasync` and the allocator.",
    ),
    (
        "P7",
        "The profile is flat: 23 % the kernel, which reads pages of the file (200 events are on as many pages, more \
         than SQLite's cache holds), 11 % copying, 12 % unsealing, 10 % the allocator, 8 % JSON, and nothing else \
         above 3 %. The median stays at 0.9 to 1.0 ms; the p99 is the machine's: below 2 ms when nothing else runs, \
         2.8 ms next to other programs, 5.4 ms next to a compiler.",
    ),
    (
        "P8",
        "Each filter, and each with an agent, a grade or a period, has an index in the order of the list: a page of \
         50 calls takes 1.3 to 2.7 ms at any size. A ratio above 3 occurs where the result itself is larger: a \
         filter that does not fill a page at 1,000 calls, and a year of days where 1,000 calls are all on one day. \
         Free text is not a filter but a substring search: it scans the newest 20,000 calls of the filter, at 5 µs \
         each, and then returns the matches and a cursor; at 1,000 calls there is nothing more to scan. An index on \
         parts of words would remove the difference.",
    ),
    (
        "P10",
        "Each event of this part is on a new stream, so it touches a random page of the index on streams. At \
         100,000 events that index is 6 MB and fits in the writer's page cache of 8 MiB; at ten million it is read \
         again from the operating system for each event (1.5 reads per event, a quarter of the thread's time), and \
         the 16,384 frames of a checkpoint, which many events shared before, become 13,000 different pages of the \
         file. Tried and rejected at three million: checkpoints on a separate thread (0.63 to 0.69 instead of \
         0.65), reading by mmap (0.67), and caches of 64 and 256 MiB, which reach 0.9 by being slower from the \
         start (15,000 events/s instead of 25,000: each commit in which a page was split scans the whole cache).",
    ),
];
