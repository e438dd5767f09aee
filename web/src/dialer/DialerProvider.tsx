import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { useMay } from "../session/session";
import { useNetwork } from "../telephone/network";
import { Softphone } from "./softphone";
import { TypedTelephone } from "./TypedTelephone";
import type { PhoneState, Telephone } from "./telephone";

interface DialerOfPage {
  phone: Telephone;
  isOpen: boolean;
  /** What stands on the keypad. */
  number: string;
  setNumber: (number: string) => void;
  open: (number?: string) => void;
  close: () => void;
  /** Our own order is about to make this browser ring. */
  expectCall: () => void;
}

const DialerContext = createContext<DialerOfPage | null>(null);

export function DialerProvider({ children }: { children: ReactNode }) {
  const [voice] = useState(() => new Softphone());
  const [typed] = useState(() => new TypedTelephone());
  // Twilio's Voice SDK does not reach a sandbox.
  const phone = useNetwork()?.telephone_network === "sandbox" ? typed : voice;
  const [isOpen, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  const may = useMay("handle_calls");
  useEffect(() => () => phone.stop(), [phone]);
  useEffect(() => {
    // Whoever closes the page puts the receiver down.
    const leave = () => phone.stop();
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [phone]);
  // A call that comes in opens the dialer, wherever the reader is.
  useEffect(() => phone.watch(() => phone.current().call?.stage === "incoming" && setOpen(true)), [phone]);
  const dialer = useMemo<DialerOfPage>(
    () => ({
      phone,
      isOpen,
      number,
      setNumber,
      open: (wanted) => {
        if (wanted !== undefined) setNumber(wanted);
        setOpen(true);
        void phone.start();
      },
      close: () => setOpen(false),
      expectCall: () => {
        if (may) phone.expect();
      },
    }),
    [phone, isOpen, number, may],
  );
  return <DialerContext value={dialer}>{children}</DialerContext>;
}

export function useDialer(): DialerOfPage {
  const dialer = useContext(DialerContext);
  if (!dialer) throw new Error("There is no dialer here.");
  return dialer;
}

export function usePhone(): PhoneState {
  const { phone } = useDialer();
  return useSyncExternalStore(phone.watch, phone.current);
}
