import { Button, Group, Progress, Skeleton } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useState } from "react";
import { AgentSelect } from "../../components/AgentSelect";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Page } from "../../components/Page";
import { Guarded } from "../../components/Refused";
import { count } from "../../format/numbers";
import { SoundProvider } from "../call/sound/SoundProvider";
import { ReviewCall } from "./ReviewCall";
import { type Queue, useQueue } from "./useQueue";
import { begin, current, failed, graded, left, step } from "./walk";

export function ReviewPage() {
  return (
    <Guarded needs="review_calls">
      <Review />
    </Guarded>
  );
}

function Review() {
  const [agent, setAgent] = useState<string | undefined>();
  const queue = useQueue(agent);
  return (
    <Page
      title="Review"
      hint="One call after the other, the latest first. Everything goes without the mouse."
      actions={<AgentSelect value={agent} onChange={setAgent} w={190} />}
    >
      {queue.isPending && <Skeleton h={420} aria-label="Loading the queue" />}
      {queue.isError && (
        <ErrorNotice
          what="The queue could not be loaded"
          error={queue.error}
          onRetry={() => void queue.refetch()}
        />
      )}
      {queue.data && (
        <Walk
          key={queue.dataUpdatedAt}
          queue={queue.data}
          onAgain={() => void queue.refetch()}
          isBusy={queue.isFetching}
        />
      )}
    </Page>
  );
}

interface WalkProps {
  queue: Queue;
  isBusy: boolean;
  onAgain: () => void;
}

function Walk({ queue, isBusy, onAgain }: WalkProps) {
  const [walk, setWalk] = useState(() => begin(queue.calls.map((call) => call.call_id)));
  const id = current(walk);
  const togo = left(walk);
  if (id === null) {
    return (
      <Empty
        icon={<IconChecks size={28} />}
        title={
          walk.ids.length === 0 ? "Nothing to review" : togo === 0 ? "All reviewed" : "The end of the queue"
        }
        action={
          <Group>
            {togo > 0 && (
              <Button variant="default" onClick={() => setWalk(step(walk, -1))}>
                Back to the skipped
              </Button>
            )}
            <Button variant="light" onClick={onAgain} loading={isBusy}>
              Look for more
            </Button>
          </Group>
        }
      >
        {togo > 0
          ? `${count(togo)} ${togo === 1 ? "call was" : "calls were"} skipped and ${togo === 1 ? "waits" : "wait"} still.`
          : queue.hasMore
            ? "There are older calls. Look for more to go on."
            : "Every call in which something was said is graded. New ones come here as they end."}
      </Empty>
    );
  }
  return (
    <>
      <Group gap="sm" wrap="nowrap">
        <Progress
          flex={1}
          value={(walk.done.size / walk.ids.length) * 100}
          aria-label={`${walk.done.size} of ${walk.ids.length} reviewed`}
        />
        <span className="figures">
          {count(togo)}
          {queue.hasMore && "+"} left
        </span>
      </Group>
      <SoundProvider key={id}>
        <ReviewCall
          callId={id}
          onGraded={() => setWalk((now) => graded(now, id))}
          onFailed={() => setWalk((now) => failed(now, id))}
          onStep={(by) => setWalk((now) => step(now, by))}
        />
      </SoundProvider>
    </>
  );
}
