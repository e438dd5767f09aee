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

interface DialerState {
  phone: Telephone;
  isOpen: boolean;
  /** The number entered on the keypad. */
  number: string;
  setNumber: (number: string) => void;
  open: (number?: string) => void;
  close: () => void;
  /** Prepares this browser for a call that the user's own action triggers; send the action once the promise settles. */
  expectCall: () => Promise<void>;
}

const DialerContext = createContext<DialerState | null>(null);

export function DialerProvider({ children }: { children: ReactNode }) {
  const [voicePhone] = useState(() => new Softphone());
  const [textPhone] = useState(() => new TextTelephone());
  // Twilio's Voice SDK cannot connect to the sandbox.
  const network = useNetwork()?.telephone_network;
  const phone = network === "sandbox" ? textPhone : voicePhone;
  const [isOpen, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  const may = useMay("handle_calls");
  useEffect(() => () => phone.stop(), [phone]);
  // Registered without user action: other team members and the service can call this browser at any time.
  const mustRegister = may && network !== undefined && network !== "sandbox";
  useEffect(() => {
    if (mustRegister) return whenIdle(window, () => void voicePhone.start());
  }, [mustRegister, voicePhone]);
  useEffect(() => {
    // Closing the page hangs up.
    const hangUp = () => phone.stop();
    window.addEventListener("pagehide", hangUp);
    return () => window.removeEventListener("pagehide", hangUp);
  }, [phone]);
  // An incoming call opens the dialer on every page.
  useEffect(() => phone.watch(() => phone.current().call?.stage === "incoming" && setOpen(true)), [phone]);
  const dialer = useMemo<DialerState>(
    () => ({
      phone,
      isOpen,
      number,
      setNumber,
      open: (newNumber) => {
        if (newNumber !== undefined) setNumber(newNumber);
        setOpen(true);
        void phone.start();
      },
      close: () => setOpen(false),
      expectCall: async () => {
        if (may) await phone.expectCall();
      },
    }),
    [phone, isOpen, number, may],
  );
  return <DialerContext value={dialer}>{children}</DialerContext>;
}

export function useDialer(): DialerState {
  const dialer = useContext(DialerContext);
  if (!dialer) throw new Error("useDialer must be used inside a DialerProvider");
  return dialer;
}

export function usePhone(): PhoneState {
  const { phone } = useDialer();
  return useSyncExternalStore(phone.watch, phone.current);
}
