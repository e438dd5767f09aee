import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { callsSearch } from "./pages/calls/search";
import { Crashed } from "./shell/Crashed";
import { NotFound } from "./shell/NotFound";
import { PageSkeleton } from "./shell/PageSkeleton";
import { Shell } from "./shell/Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: () => <NotFound /> });

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (search): { days?: number } => ({ days: wholeNumber(search.days) }),
  component: lazyRouteComponent(() => import("./pages/dashboard/DashboardPage"), "DashboardPage"),
});

const live = createRoute({
  getParentRoute: () => root,
  path: "/live",
  component: lazyRouteComponent(() => import("./pages/live/LivePage"), "LivePage"),
});

const calls = createRoute({
  getParentRoute: () => root,
  path: "/calls",
  validateSearch: callsSearch,
  component: lazyRouteComponent(() => import("./pages/calls/CallsPage"), "CallsPage"),
});

const call = createRoute({
  getParentRoute: () => root,
  path: "/calls/$callId",
  validateSearch: (search): { version?: number; tab?: string } => ({
    version: wholeNumber(search.version),
    tab: typeof search.tab === "string" ? search.tab : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/call/CallPage"), "CallPage"),
});

const review = createRoute({
  getParentRoute: () => root,
  path: "/review",
  component: lazyRouteComponent(() => import("./pages/review/ReviewPage"), "ReviewPage"),
});

const feedback = createRoute({
  getParentRoute: () => root,
  path: "/feedback",
  validateSearch: (search): { days?: number; agent?: string } => ({
    days: wholeNumber(search.days),
    agent: typeof search.agent === "string" ? search.agent : undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/feedback/FeedbackPage"), "FeedbackPage"),
});

const contacts = createRoute({
  getParentRoute: () => root,
  path: "/contacts",
  validateSearch: (search): { q?: string } => ({ q: typeof search.q === "string" ? search.q : undefined }),
  component: lazyRouteComponent(() => import("./pages/contacts/ContactsPage"), "ContactsPage"),
});

const agents = createRoute({
  getParentRoute: () => root,
  path: "/agents",
  component: lazyRouteComponent(() => import("./pages/agents/AgentsPage"), "AgentsPage"),
});

const agent = createRoute({
  getParentRoute: () => root,
  path: "/agents/$agentId",
  component: lazyRouteComponent(() => import("./pages/agents/AgentPage"), "AgentPage"),
});

const tryAgent = createRoute({
  getParentRoute: () => root,
  path: "/agents/$agentId/try",
  component: lazyRouteComponent(() => import("./pages/agents/tryout/TryPage"), "TryPage"),
});

const projections = createRoute({
  getParentRoute: () => root,
  path: "/projections",
  component: lazyRouteComponent(() => import("./pages/projections/ProjectionsPage"), "ProjectionsPage"),
});

const users = createRoute({
  getParentRoute: () => root,
  path: "/users",
  component: lazyRouteComponent(() => import("./pages/users/UsersPage"), "UsersPage"),
});

const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  component: lazyRouteComponent(() => import("./pages/account/AccountPage"), "AccountPage"),
});

/** All routes. Each page is a separate chunk, preloaded when the user hovers over a link to it. */
export const router = createRouter({
  routeTree: root.addChildren([
    dashboard,
    live,
    calls,
    call,
    review,
    feedback,
    contacts,
    agents,
    agent,
    tryAgent,
    projections,
    users,
    account,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: Crashed,
  scrollRestoration: true,
});

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** Cursors of the pages before this one, first page first: see `pages/calls/paging`. */
    trail?: string[];
  }
}
