package dev.lamina.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/** Training steps as a PyTorch user writes them, on the processor. */
final class TorchRival implements AutoCloseable {
  static final String SCRIPT = "training_steps.py";

  private final RivalProcess process;

  TorchRival(RivalProcess process) {
    this.process = process;
  }

  /**
   * Makes network and data.
   *
   * @param widths inputs, hidden layers, outputs
   * @param batch examples per step
   * @param steps steps per run
   * @param threads number of threads
   */
  void load(List<Integer> widths, int batch, int steps, int threads) {
    process.tell(
        "load %s %d %d %d"
            .formatted(
                widths.stream().map(String::valueOf).collect(Collectors.joining(",")),
                batch,
                steps,
                threads),
        "loaded");
  }

  /** Trains one epoch and returns the seconds it took. */
  double run() {
    return process.seconds("run");
  }

  @Override
  public void close() {
    process.close();
  }
}
