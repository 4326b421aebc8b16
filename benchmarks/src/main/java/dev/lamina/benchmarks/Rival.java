package dev.lamina.benchmarks;

/** Programs that Lamina is compared with on the processor. */
public enum Rival {
  /** Chains of NumPy operations, in python3. */
  numpy,
  /** Training steps in PyTorch, in python3. */
  torch
}
