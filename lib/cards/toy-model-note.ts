/** Said of everything that the built-in model had a hand in. */
export const toyModelNote =
  "> **The built-in toy model took part in this.** It ships with Reverie so that every workflow runs without an endpoint. It knows nothing: what it writes is fluent, made up and mostly wrong. Do not use this for research or to train what others rely on.";
