import { Slider, Text } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import type { HistoryEvent } from "../../../api/types";
import { duration, exactClock } from "../../../format/time";
import { eventName } from "../../../format/words";
import { gapsOf, LANES, laneOf, spansOf } from "./lanes";
import classes from "./timeline.module.css";

/** The width of an event's place, in pixels; the style sheet says the same. */
const COLUMN = 26;
const LANE = 34;

interface Props {
  events: readonly HistoryEvent[];
  version: number;
  onMove: (version: number) => void;
  onSettle: (version: number) => void;
  /** An event was chosen itself, not dragged to. */
  onChoose: (event: HistoryEvent) => void;
}

/** Every event in its lane, in the order in which the ledger heard of them, and a slider under them. */
export function Lanes({ events, version, onMove, onSettle, onChoose }: Props) {
  const track = useRef<HTMLElement>(null);
  const spans = useMemo(() => spansOf(events), [events]);
  const gaps = useMemo(() => gapsOf(events), [events]);
  const width = events.length * COLUMN;

  useEffect(() => {
    const box = track.current;
    if (!box) return;
    const x = (version - 1) * COLUMN;
    const room = box.clientWidth - 120;
    if (x < box.scrollLeft || x > box.scrollLeft + room)
      box.scrollTo({ left: x - room / 2, behavior: "smooth" });
  }, [version]);

  const rowOf = (lane: string) => LANES.findIndex(({ key }) => key === lane) * LANE;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
    <section className={classes.track} ref={track} tabIndex={0} aria-label="Time line">
      <div className={classes.labels}>
        {LANES.map(({ key, label }) => (
          <div key={key} className={classes.label}>
            {label}
          </div>
        ))}
      </div>
      <div style={{ width }}>
        <div className={classes.lanes}>
          {LANES.map(({ key }) => (
            <div key={key} className={classes.lane} />
          ))}
          {spans.map((span) => (
            <div
              key={`${span.label} ${span.from}`}
              className={`${classes.span} ${classes[span.lane]}`}
              title={span.label}
              style={{
                left: (span.from - 0.5) * COLUMN,
                width: (span.to - span.from) * COLUMN,
                top: rowOf(span.lane),
              }}
            />
          ))}
          {[...gaps].map(([at, seconds]) => (
            <div
              key={at}
              className={classes.gap}
              title={`${duration(seconds)} passed`}
              style={{ left: (at - 1) * COLUMN }}
            />
          ))}
          {version > 0 && <div className={classes.now} style={{ left: (version - 0.5) * COLUMN - 1 }} />}
          {events.map((event) => (
            <Dot
              key={event.version}
              event={event}
              top={rowOf(laneOf(event))}
              version={version}
              onChoose={() => onChoose(event)}
            />
          ))}
        </div>
        <div className={classes.slider}>
          <Slider
            min={events.length > 1 ? 1 : 0}
            max={Math.max(1, events.length)}
            value={version}
            onChange={onMove}
            onChangeEnd={onSettle}
            label={null}
            thumbLabel="The call as it was after event"
            thumbProps={{ "aria-valuetext": `Event ${version} of ${events.length}` }}
          />
        </div>
        <Text size="xs" c="dimmed" hidden={events.length > 0}>
          No event yet.
        </Text>
      </div>
    </section>
  );
}

interface DotProps {
  event: HistoryEvent;
  top: number;
  version: number;
  onChoose: () => void;
}

function Dot({ event, top, version, onChoose }: DotProps) {
  const isTurn = event.type === "CallerTurn" || event.type === "AiTurn";
  const at = exactClock(new Date(event.at ?? event.recorded_at));
  const name = `${event.version}. ${eventName(event.type)}, ${at}`;
  return (
    <button
      type="button"
      className={`${classes.event} ${classes[laneOf(event)]}`}
      style={{ left: (event.version - 1) * COLUMN, top }}
      title={isTurn ? `${name}: play from here` : name}
      aria-label={name}
      // The slider is the way along for the keyboard: a stop at each of hundreds of events would be none.
      tabIndex={event.version === version ? 0 : -1}
      data-selected={event.version === version || undefined}
      data-turn={isTurn || undefined}
      data-later={event.version > version || undefined}
      onClick={onChoose}
    />
  );
}
