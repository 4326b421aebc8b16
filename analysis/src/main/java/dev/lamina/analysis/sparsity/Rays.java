package dev.lamina.analysis.sparsity;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The neurons of a layer grouped by the ray that their pre-activations lie on.
 *
 * <p>Neurons z_k = r_k u, r_k &gt; 0, of a positively homogeneous activation act like one neuron
 * u√Σr_k²: K = Σzzᵀ and M = Σσ(z)σ(z)ᵀ are the same, and so is everything else (paper: a group on a
 * ray can be replaced by one neuron). The number of rays bounds Rank_σ(K, M) from above; the paper
 * gives no algorithm for Rank_σ itself.
 *
 * <p>Of other activations only equal neurons act like one, and only they are grouped here; K and M
 * then change but the outputs need not.
 *
 * @param groups for each ray the indices of its neurons, that of the longest first
 * @param dead neurons whose length is below the tolerance times the largest
 */
public record Rays(List<List<Integer>> groups, List<Integer> dead) {

  /** The tolerance within which neurons are the same for counting. */
  public static final double FINE = 1e-6;

  /** The tolerance of the second count, for networks that are not trained to the end. */
  public static final double COARSE = 1e-2;

  /** Copies the lists. */
  public Rays {
    groups = groups.stream().map(List::copyOf).toList();
    dead = List.copyOf(dead);
  }

  /**
   * Groups neurons, longest first, each with the first ray within the tolerance.
   *
   * @param z pre-activations Z, a neuron per row
   * @param activation σ
   * @param tolerance t in (0, 1): neurons shorter than t times the longest are dead, and two of
   *     cosine &gt; 1 − t are on one ray (for activations that are not positively homogeneous: ‖z_j
   *     − z_k‖² &lt; 2t‖z_j‖²)
   * @return the groups, at most as many as rows
   */
  public static Rays of(double[][] z, Activation activation, double tolerance) {
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          "rays: the tolerance must lie between 0 and 1 but is " + tolerance);
    }
    boolean homogeneous = DenseShape.isHomogeneous(activation);
    double[] lengths = Arrays.stream(z).mapToDouble(Rays::length).toArray();
    double longest = Arrays.stream(lengths).max().orElse(0);
    List<Integer> order = new ArrayList<>();
    List<Integer> dead = new ArrayList<>();
    for (int k = 0; k < z.length; k++) {
      boolean silent = activation.value(0) == 0;
      boolean isShort = lengths[k] < tolerance * longest || lengths[k] == 0;
      (silent && isShort ? dead : order).add(k);
    }
    order.sort(Comparator.comparingDouble(k -> -lengths[k]));
    List<List<Integer>> groups = new ArrayList<>();
    for (int k : order) {
      groups.stream()
          .filter(group -> {
            int j = group.getFirst();
            double scale = homogeneous ? lengths[k] : lengths[j];
            return isSame(z[j], lengths[j], z[k], scale, tolerance);
          })
          .findFirst()
          .ifPresentOrElse(group -> group.add(k), () -> groups.add(new ArrayList<>(List.of(k))));
    }
    return new Rays(groups, dead);
  }

  /** 1 − cosine as ‖u − v‖²/2, which keeps its digits near 0. */
  private static boolean isSame(double[] a, double ofA, double[] b, double ofB, double tolerance) {
    if (ofA == 0 || ofB == 0) {
      return Arrays.equals(a, b);
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double d = a[i] / ofA - b[i] / ofB;
      sum += d * d;
      if (sum >= 2 * tolerance) {
        return false;
      }
    }
    return true;
  }

  /** Returns ‖z‖. */
  static double length(double[] z) {
    double sum = 0;
    for (double v : z) {
      sum += v * v;
    }
    return Math.sqrt(sum);
  }

  /** {@return the number of rays: the effective neurons} */
  public int count() {
    return groups.size();
  }
}
