import { Button, Group, Progress, Skeleton } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import { useState } from "react";
import { AgentSelect } from "../../components/AgentSelect";
import { Empty } from "../../components/Empty";
import { ErrorNotice } from "../../components/ErrorNotice";
import { Guarded } from "../../components/Guarded";
import { Page } from "../../components/Page";
import { count } from "../../format/numbers";
import { AudioProvider } from "../call/audio/AudioProvider";
import { begin, current, failed, graded, left, step } from "./queueProgress";
import { ReviewCall } from "./ReviewCall";
import { type Queue, useQueue } from "./useQueue";

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
      hint="Calls to grade, latest first. All actions have keyboard shortcuts."
      actions={<AgentSelect value={agent} onChange={setAgent} w={190} />}
    >
      {queue.isPending && <Skeleton h={420} aria-label="Loading the queue" />}
      {queue.isError && (
        <ErrorNotice
          what="The review queue could not be loaded"
          error={queue.error}
          onRetry={() => void queue.refetch()}
        />
      )}
      {queue.data && (
        <ReviewQueue
          key={queue.dataUpdatedAt}
          queue={queue.data}
          onReload={() => void queue.refetch()}
          isBusy={queue.isFetching}
        />
      )}
    </Page>
  );
}

interface QueueProps {
  queue: Queue;
  isBusy: boolean;
  onReload: () => void;
}

function ReviewQueue({ queue, isBusy, onReload }: QueueProps) {
  const [progress, setProgress] = useState(() => begin(queue.calls.map((call) => call.call_id)));
  const id = current(progress);
  const remaining = left(progress);
  if (id === null) {
    return (
      <Empty
        icon={<IconChecks size={28} />}
        title={
          progress.ids.length === 0
            ? "Nothing to review"
            : remaining === 0
              ? "All reviewed"
              : "End of the queue"
        }
        action={
          <Group>
            {remaining > 0 && (
              <Button variant="default" onClick={() => setProgress(step(progress, -1))}>
                Back to skipped calls
              </Button>
            )}
            <Button variant="light" onClick={onReload} loading={isBusy}>
              Load more
            </Button>
          </Group>
        }
      >
        {remaining > 0
          ? `${count(remaining)} skipped ${remaining === 1 ? "call is" : "calls are"} still ungraded.`
          : queue.hasMore
            ? "There are older calls. Load more to continue."
            : "All calls with a transcript are graded. New calls appear here after they end."}
      </Empty>
    );
  }
  return (
    <>
      <Group gap="sm" wrap="nowrap">
        <Progress
          flex={1}
          value={(progress.done.size / progress.ids.length) * 100}
          aria-label={`${progress.done.size} of ${progress.ids.length} reviewed`}
        />
        <span className="figures">
          {count(remaining)}
          {queue.hasMore && "+"} left
        </span>
      </Group>
      <AudioProvider key={id}>
        <ReviewCall
          callId={id}
          onGraded={() => setProgress((now) => graded(now, id))}
          onFailed={() => setProgress((now) => failed(now, id))}
          onStep={(by) => setProgress((now) => step(now, by))}
        />
      </AudioProvider>
    </>
  );
}
