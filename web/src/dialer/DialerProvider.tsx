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
import { TextTelephone } from "./TextTelephone";
import type { PhoneState, Telephone } from "./telephone";
import { whenIdle } from "./whenIdle";

interface DialerOfPage {
  phone: Telephone;
  isOpen: boolean;
  /** What stands on the keypad. */
  number: string;
  setNumber: (number: string) => void;
  open: (number?: string) => void;
  close: () => void;
  /** Our own order is about to make this browser ring; it goes out once this has settled. */
  expectCall: () => Promise<void>;
}

const DialerContext = createContext<DialerOfPage | null>(null);

export function DialerProvider({ children }: { children: ReactNode }) {
  const [voice] = useState(() => new Softphone());
  const [typed] = useState(() => new TextTelephone());
  // Twilio's Voice SDK does not reach a sandbox.
  const network = useNetwork()?.telephone_network;
  const phone = network === "sandbox" ? typed : voice;
  const [isOpen, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  const may = useMay("handle_calls");
  useEffect(() => () => phone.stop(), [phone]);
  // Colleagues and the service can ring this browser before its user has used the dialer.
  const mustRegister = may && network !== undefined && network !== "sandbox";
  useEffect(() => {
    if (mustRegister) return whenIdle(window, () => void voice.start());
  }, [mustRegister, voice]);
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
      expectCall: async () => {
        if (may) await phone.expect();
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
