package dev.lamina.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Training steps as a PyTorch user writes them, on the processor. */
final class TorchRival implements AutoCloseable {
  private final RivalProcess process;

  private TorchRival(RivalProcess process) {
    this.process = process;
  }

  /**
   * Starts the rival.
   *
   * @param threads number of threads
   * @param why told why it is not there
   * @return empty if there is no python3 with PyTorch on this machine
   */
  static Optional<TorchRival> start(int threads, Consumer<String> why) {
    // The threads of OpenBLAS and those of PyTorch get in each other's way.
    return RivalProcess.start("training_steps.py", RivalProcess.threads(1, threads), why)
        .map(TorchRival::new);
  }

  /** Returns the version of PyTorch and of what it multiplies with. */
  String version() {
    return process.version();
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
    process.ask(
        "load %s %d %d %d"
            .formatted(
                widths.stream().map(String::valueOf).collect(Collectors.joining(",")),
                batch,
                steps,
                threads));
  }

  /** Trains one epoch and returns the seconds it took. */
  double run() {
    return Double.parseDouble(process.ask("run"));
  }

  @Override
  public void close() {
    process.close();
  }
}
