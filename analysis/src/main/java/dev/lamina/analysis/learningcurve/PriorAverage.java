package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NoiseKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The posterior of a finite network without training: hidden layers are drawn from their prior, the
 * read-out's posterior given them is Gaussian, and each draw counts by its evidence p(y | hidden
 * layers) [derived]. Exact as the number of draws grows; good as long as {@link #effectiveDraws} is
 * large, that is for few samples.
 *
 * @param batches sums over batches of draws, for error bars
 * @param effectiveDraws (Σ weight)²/Σ weight²; NaN without draws
 */
record PriorAverage(List<Sums> batches, double effectiveDraws) {
  private static final int BATCHES = 20;

  static PriorAverage of(
      Backend backend,
      LangevinSettings settings,
      int width,
      HostMatrix x,
      double[] y,
      Progress progress) {
    if (settings.priorDraws() == 0) {
      return new PriorAverage(List.of(), Double.NaN);
    }
    int n = settings.widths().get(width);
    long seed = NoiseKey.of(settings.seed(), n, -1).key();
    progress.begin("networks of width " + n + " from the prior", settings.priorDraws());
    List<KernelPosterior> draws = new ArrayList<>();
    try (LangevinNetwork network = new LangevinNetwork(backend, settings, n, x, y)) {
      for (int draw = 0; draw < settings.priorDraws(); draw++) {
        network.drawPrior(seed, draw);
        network.measure();
        draws.add(KernelPosterior.of(network.kernel(), y, settings.temperature()));
        progress.advance(1);
      }
    }
    return weighted(draws, settings.testPoints());
  }

  private static PriorAverage weighted(List<KernelPosterior> draws, int points) {
    double best = draws.stream().mapToDouble(KernelPosterior::logEvidence).max().orElseThrow();
    List<Sums> batches = new ArrayList<>();
    double sum = 0;
    double squares = 0;
    int count = Math.min(BATCHES, draws.size());
    for (int b = 0; b < count; b++) {
      Sums batch = new Sums(points);
      for (int i = b; i < draws.size(); i += count) {
        KernelPosterior draw = draws.get(i);
        double weight = Math.exp(draw.logEvidence() - best);
        batch.add(draw.mean(), draw.variance(), weight);
        sum += weight;
        squares += weight * weight;
      }
      batches.add(batch);
    }
    return new PriorAverage(batches, sum * sum / squares);
  }
}
