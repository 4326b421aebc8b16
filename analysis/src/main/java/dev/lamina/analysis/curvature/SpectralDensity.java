package dev.lamina.analysis.curvature;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The density of the eigenvalues of a quadratic form by stochastic Lanczos quadrature (Ubaru, Chen,
 * Saad 2017; for networks Ghorbani, Krishnan, Xiao 2019): each random probe gives as many nodes as
 * Lanczos steps, with weights that add to 1; the mean over probes estimates what share of the
 * eigenvalues is where. All probes' products of a step are one batch.
 *
 * @param nodes eigenvalues, ascending
 * @param weights their shares, adding to 1
 * @param trace the estimate of the mean eigenvalue
 * @param traceError its standard error over the probes; NaN with one probe
 * @param probes how many
 * @param steps Lanczos steps of each
 */
public record SpectralDensity(
    List<Double> nodes,
    List<Double> weights,
    double trace,
    double traceError,
    int probes,
    int steps) {

  /** Copies the lists. */
  public SpectralDensity {
    nodes = List.copyOf(nodes);
    weights = List.copyOf(weights);
  }

  /** A node of one of the rules. */
  private record Node(double value, double weight) {}

  /** One probe's quadrature rule. */
  private record Rule(List<Node> nodes, double mean) {}

  /**
   * {@return an estimate of the density}
   *
   * @param point where
   * @param form which form
   * @param probes random vectors, at least 1
   * @param steps Lanczos steps, at least 1; no more than M are done
   * @param random for the probes
   */
  public static SpectralDensity of(
      RiskPoint point, Form form, int probes, int steps, RandomGenerator random) {
    if (probes < 1 || steps < 1) {
      throw new IllegalArgumentException(
          "density: there must be at least one probe and one step but they are %d and %d"
              .formatted(probes, steps));
    }
    int most = Math.min(steps, point.size());
    List<Rule> rules = rules(point, form, probes, most, random);
    List<Node> nodes =
        rules.stream()
            .flatMap(r -> r.nodes.stream())
            .sorted(Comparator.comparingDouble(Node::value))
            .toList();
    double mean = rules.stream().mapToDouble(Rule::mean).average().orElseThrow();
    double spread = rules.stream().mapToDouble(r -> Math.pow(r.mean - mean, 2)).sum();
    double error = probes == 1 ? Double.NaN : Math.sqrt(spread / (probes - 1.0) / probes);
    return new SpectralDensity(
        nodes.stream().map(Node::value).toList(),
        nodes.stream().map(node -> node.weight / probes).toList(),
        mean,
        error,
        probes,
        most);
  }

  /**
   * {@return the share of eigenvalues in a half-open interval}
   *
   * @param low included
   * @param high excluded
   */
  public double share(double low, double high) {
    double share = 0;
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) >= low && nodes.get(i) < high) {
        share += weights.get(i);
      }
    }
    return share;
  }

  private static List<Rule> rules(
      RiskPoint point, Form form, int probes, int steps, RandomGenerator random) {
    int size = point.size();
    double[][] diagonal = new double[probes][steps];
    double[][] side = new double[probes][steps];
    int[] done = new int[probes];
    HostMatrix[] bases = new HostMatrix[probes];
    try (HostMatrix now = HostMatrix.allocate(DType.FLOAT64, probes, size);
        HostMatrix next = HostMatrix.allocate(DType.FLOAT64, probes, size)) {
      for (int p = 0; p < probes; p++) {
        bases[p] = HostMatrix.allocate(DType.FLOAT64, steps, size);
        for (int i = 0; i < size; i++) {
          next.set(p, i, random.nextBoolean() ? 1 : -1);
        }
        Lanczos.normalise(next.rows(p, p + 1), now.rows(p, p + 1), Math.sqrt(size));
      }
      for (int j = 0; j < steps; j++) {
        point.products(form, now, next);
        for (int p = 0; p < probes; p++) {
          if (done[p] == j) { // else its space is exhausted
            HostMatrix v = now.rows(p, p + 1);
            HostMatrix w = next.rows(p, p + 1);
            bases[p].rows(j, j + 1).copyFrom(v);
            diagonal[p][j] = Lanczos.dot(v, w);
            Lanczos.orthogonalise(point.backend().gram(), bases[p].rows(0, j + 1), w);
            side[p][j] = Lanczos.norm(w);
            if (side[p][j] > 1e-13 * Math.abs(diagonal[p][0]) || j + 1 == steps) {
              Lanczos.normalise(w, v, side[p][j]);
              done[p] = j + 1;
            } else {
              done[p] = -(j + 1);
            }
          }
        }
      }
      return IntStream.range(0, probes)
          .mapToObj(p -> rule(diagonal[p], side[p], Math.abs(done[p])))
          .toList();
    } finally {
      for (HostMatrix basis : bases) {
        if (basis != null) {
          basis.close();
        }
      }
    }
  }

  private static Rule rule(double[] diagonal, double[] side, int n) {
    Lanczos.Ritz ritz = Lanczos.Ritz.of(diagonal, side, n);
    List<Node> nodes =
        IntStream.range(0, n)
            .mapToObj(i -> new Node(ritz.values()[i], Math.pow(ritz.first()[i], 2)))
            .toList();
    return new Rule(nodes, diagonal[0]);
  }
}
