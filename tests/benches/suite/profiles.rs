//! Where a floor is not reached: what `perf` showed the time going to, on the machine where this was written (2 cores of a
//! virtual machine, one `fdatasync` 0.2 ms). To be looked at anew whenever the figures move.

/// By part.
pub const PROFILES: &[(&str, &str)] = &[
    (
        "P1",
        "One PostgreSQL process works through each batch and is busy for 96 % of one core; the other core idles for 86 % of \
         the time, because positions without a gap need one writer at a time. Of its 26 µs an event, measured by calling \
         the function in a loop, 9 to 12 are the function's (3 of them looking for duplicates and conflicts, the rest the \
         table and its two indexes), about 9 the kernel's (writing the write-ahead log, first touches of shared memory), \
         and the rest goes to receiving the arrays and to flushing at commit. postgres-es spreads over both cores. The ratio \
         grows with the writers, as batches do.",
    ),
    (
        "P2",
        "The appender's thread is busy for two thirds of the time and waits for the disk for the rest. Half of its work is \
         the commit: an event on a new stream touches a random page of the index on streams, and each touched page is a \
         frame of the write-ahead log, and later a page of the file.",
    ),
    (
        "P3",
        "Two wake-ups, of the appender's thread and of the caller, which cost 50 to 100 µs each when they go to an idle \
         core of a virtual machine and next to nothing when they do not: the figure has two values.",
    ),
    (
        "P5",
        "Both cores are busy for 87 % of the time; a webhook costs 190 µs of them. A third goes to projecting its events \
         into seven read models, which are followed while it runs (9 µs an event and model, what a rebuild costs); a fifth \
         to appending (the frames of randomly placed index pages, and syncing them); the rest to the client, HTTP, the form, \
         the signature, sealing 22 raw parameters and deciding, in no one place. `/health/live` costs 18 µs, so that 0.35 \
         of it leaves 51 µs: less than appending and projecting alone.",
    ),
    (
        "P6",
        "The profile is flat, on both cores: 14 % allocator, 12 % SQLite, 15 % opening what is sealed (before \
         Poly1305 was the portable one), 9 % copying, 5 % JSON, and nothing else above 2 %. Of 200,000 events 160,000 go in a second, of a million, with their keys and larger trees, 138,000 to 150,000; since each \
         of the thirteen selections has its indexes by agent and by grade, two of nine seconds go into making them, and \
         107,000 to 113,000 are left on a machine on which `/health/live` answers a third fewer requests. The peer, which folds events that are not sealed into one slim row, gained as \
         much from `fdatasync` and the allocator as we did.",
    ),
    (
        "P7",
        "The profile is flat: 23 % the kernel, which reads pages of the file (200 events lie on as many of them, more than \
         SQLite's cache holds), 11 % copying, 12 % unsealing, 10 % the allocator, 8 % JSON, and nothing else above 3 %. The \
         median stays at 0.9 to 1.0 ms; the p99 is the machine's: below 2 ms when nothing else runs, 2.8 ms beside other \
         programs, 5.4 ms beside a compiler.",
    ),
    (
        "P8",
        "Each filter, and each with an agent, a grade or a period, has an index in the order of the list: a page of 50 calls \
         takes 1.3 to 2.7 ms however many there are. A ratio above 3 belongs to what is longer because there is more: a \
         selection that does not fill a page at 1,000 calls, and a year of days where 1,000 calls are all of one day. Free \
         text is no filter but a search for a part of a word: it looks through the newest 20,000 calls of the selection, at 5 \
         µs each, before it answers with what it found and where to go on; at 1,000 calls there is nothing more to look \
         through. An index on parts of words would end that.",
    ),
    (
        "P10",
        "Each event of this part is on a new stream, so that it touches a random page of the index on streams. At 100,000 \
         events that index is 6 MB and lies in the writer's page cache of 8 MiB; at ten million it is read again from the \
         operating system for each event (1.5 reads an event, a quarter of the thread's time), and the 16,384 frames of a \
         checkpoint, which many events shared before, are 13,000 different pages of the file. Tried, and not kept, at three \
         million: checkpoints on a thread of their own (0.63 to 0.69 instead of 0.65), reading by mmap (0.67), and caches of 64 and \
         256 MiB, which reach 0.9 by being slower from the start (15,000 events/s instead of 25,000: each commit in which a \
         page was split looks through the whole cache).",
    ),
];
