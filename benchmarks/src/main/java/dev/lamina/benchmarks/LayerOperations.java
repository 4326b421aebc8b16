package dev.lamina.benchmarks;

import dev.lamina.benchmarks.BenchSizes.Steps;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.matrix.DType;
import java.util.List;

/** The single operations of a training step beside its products, on the first hidden layer. */
final class LayerOperations {
  private LayerOperations() {}

  /** Times them; matrices of such a layer stay in the caches, so shares may exceed a copy's. */
  static void run(Bench bench, DType dtype) {
    Steps steps = bench.sizes().steps().getFirst();
    int rows = steps.batch();
    int cols = steps.widths().get(1);
    List<MicroCase> cases =
        MicroWork.layerOperations().stream()
            .map(work -> MicroCase.on(bench.backend(), work, dtype, rows, cols))
            .toList();
    try {
      Rounds rounds = bench.rounds("layer operations");
      cases.forEach(c -> rounds.add(c.text(), c::run));
      Times times = rounds.run();
      for (MicroCase c : cases) {
        bench.add(
            new FigureBuilder(Suite.LAYER_STEP, c.text(), dtype, times.spread(c.text()))
                .size("batch", rows)
                .size("n", cols)
                .size("threads", bench.backend().device().parallelism())
                .moving(c.bytes(), bench.ceilings().bandwidth()));
      }
    } finally {
      cases.forEach(MicroCase::close);
    }
  }
}
