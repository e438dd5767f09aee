import { Slider, Text } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import type { HistoryEvent } from "../../../api/types";
import { duration, exactClock } from "../../../format/time";
import { title } from "./describe";
import { gapsOf, LANES, laneOf, spansOf } from "./lanes";
import classes from "./timeline.module.css";

/** In pixels; `timeline.module.css` uses the same values. */
const COLUMN_WIDTH = 26;
const LANE_HEIGHT = 34;

interface Props {
  events: readonly HistoryEvent[];
  version: number;
  onMove: (version: number) => void;
  onSettle: (version: number) => void;
  /** Called on a click on an event, not on dragging. */
  onChoose: (event: HistoryEvent) => void;
}

/** Every event in its lane, in log order, with a slider below. */
export function Lanes({ events, version, onMove, onSettle, onChoose }: Props) {
  const track = useRef<HTMLElement>(null);
  const spans = useMemo(() => spansOf(events), [events]);
  const gaps = useMemo(() => gapsOf(events), [events]);
  const width = events.length * COLUMN_WIDTH;

  useEffect(() => {
    const box = track.current;
    if (!box) return;
    const x = (version - 1) * COLUMN_WIDTH;
    const visible = box.clientWidth - 120;
    if (x < box.scrollLeft || x > box.scrollLeft + visible)
      box.scrollTo({ left: x - visible / 2, behavior: "smooth" });
  }, [version]);

  const rowOf = (lane: string) => LANES.findIndex(({ key }) => key === lane) * LANE_HEIGHT;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be focusable
    <section className={classes.track} ref={track} tabIndex={0} aria-label="Timeline">
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
                left: (span.from - 0.5) * COLUMN_WIDTH,
                width: (span.to - span.from) * COLUMN_WIDTH,
                top: rowOf(span.lane),
              }}
            />
          ))}
          {[...gaps].map(([at, seconds]) => (
            <div
              key={at}
              className={classes.gap}
              title={`${duration(seconds)} gap`}
              style={{ left: (at - 1) * COLUMN_WIDTH }}
            />
          ))}
          {version > 0 && (
            <div className={classes.now} style={{ left: (version - 0.5) * COLUMN_WIDTH - 1 }} />
          )}
          {events.map((event) => (
            <Dot
              key={event.version}
              event={event}
              label={title(event, events)}
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
            thumbLabel="State after event"
            thumbProps={{ "aria-valuetext": `Event ${version} of ${events.length}` }}
          />
        </div>
        <Text size="xs" c="dimmed" hidden={events.length > 0}>
          No events yet.
        </Text>
      </div>
    </section>
  );
}

interface DotProps {
  event: HistoryEvent;
  label: string;
  top: number;
  version: number;
  onChoose: () => void;
}

function Dot({ event, label, top, version, onChoose }: DotProps) {
  const isTurn = event.type === "CallerTurn" || event.type === "AiTurn";
  const at = exactClock(new Date(event.at ?? event.recorded_at));
  const name = `${event.version}. ${label}, ${at}`;
  return (
    <button
      type="button"
      className={`${classes.event} ${classes[laneOf(event)]}`}
      style={{ left: (event.version - 1) * COLUMN_WIDTH, top }}
      title={isTurn ? `${name}: play from here` : name}
      aria-label={name}
      // The keyboard moves along the slider; only the selected event is a tab stop.
      tabIndex={event.version === version ? 0 : -1}
      data-selected={event.version === version || undefined}
      data-turn={isTurn || undefined}
      data-later={event.version > version || undefined}
      onClick={onChoose}
    />
  );
}
