import { createStore } from "zustand";

export interface Toast {
  id: number;
  tone: "info" | "bad";
  text: string;
}

interface ToastState {
  toasts: Toast[];
  show: (tone: Toast["tone"], text: string) => void;
  dismiss: (id: number) => void;
}

let lastId = 0;

/** One for the whole page: toasts outlive the screen that raised them. */
export const toastStore = createStore<ToastState>((set) => ({
  toasts: [],
  show: (tone, text) => {
    lastId += 1;
    const toast = { id: lastId, tone, text };
    set((state) => ({ toasts: [...state.toasts.filter((other) => other.text !== text), toast].slice(-4) }));
  },
  dismiss: (id) => {
    set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
  },
}));

export function showToast(tone: Toast["tone"], text: string): void {
  toastStore.getState().show(tone, text);
}
