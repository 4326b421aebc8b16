package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Samples the exact law of the angle through a ReLU network with Gaussian weights, without weights.
 *
 * <p>Because Gaussian weights are rotation invariant, the angle is a Markov chain: draw n pairs (G,
 * Z) of independent standard normals, put p = relu(G), q = relu(cos theta G + sin theta Z); theta'
 * is the angle between the n-vectors p and q. This costs O(n) per layer instead of the O(n&sup2;)
 * of a weight matrix.
 *
 * <p>Angles of any size keep full relative accuracy: with t = q - cos theta p, whose entries are
 * max(sin theta Z + cos theta min(G, 0), -cos theta max(G, 0)) and therefore need no subtraction of
 * nearly equal numbers,
 *
 * <pre>
 * sin&sup2; theta' = (|t|&sup2; - (t p)&sup2;/|p|&sup2;) / |q|&sup2;
 * </pre>
 *
 * so nothing is lost where 1 - cos&sup2; of a rounded cosine would have no digit left.
 *
 * <p>A sample collapses when p or q is zero or when one and the same unit is the only active one of
 * both; also, as a floor of the number format, when sin theta falls below 1e-150 (ln sin&sup2;
 * theta &lt; -690). Its value is NaN from there on.
 *
 * <p>The samples are split into fixed blocks; block b of layer l has its own random stream derived
 * from (seed, l, b), so the results have the same bits for any number of threads. Not thread-safe.
 */
public final class AngleChain {
  /**
   * Samples per block: enough lanes for vector instructions, few enough to stay in the L1 cache.
   */
  private static final int BLOCK = 64;

  private static final double SINE_FLOOR = 1e-150;

  private final SampleBlocks blocks;
  private final double[] sines;
  private final double[] cosines;
  private final double[] values;
  private int layer;

  /**
   * Starts the chain.
   *
   * @param angle angle between the two inputs in radians, in (0, pi]
   * @param settings number of samples, seed and threads
   * @throws IllegalArgumentException if the angle is outside (0, pi]
   */
  public AngleChain(double angle, MonteCarloSettings settings) {
    AngleStep.checkAngle(angle);
    this.blocks = new SampleBlocks(settings);
    this.sines = new double[settings.samples()];
    this.cosines = new double[settings.samples()];
    this.values = new double[settings.samples()];
    Arrays.fill(sines, Math.sin(angle));
    Arrays.fill(cosines, Math.cos(angle));
    Arrays.fill(values, LogSin2.of(angle));
  }

  /**
   * Runs a whole chain.
   *
   * @param layers widths of the ReLU layers in order, each at least 2
   * @param angle angle between the two inputs in radians, in (0, pi]
   * @param settings number of samples, seed and threads
   * @return statistics behind each layer
   * @throws IllegalArgumentException if a width is below 2 or the angle outside (0, pi]
   */
  public static List<SampleStatistics> run(
      int[] layers, double angle, MonteCarloSettings settings) {
    Convention.checkLayers(layers);
    AngleChain chain = new AngleChain(angle, settings);
    List<SampleStatistics> statistics = new ArrayList<>(layers.length);
    for (int width : layers) {
      chain.advance(width);
      statistics.add(chain.statistics());
    }
    return statistics;
  }

  /**
   * Sends all samples through one more ReLU layer.
   *
   * @param width number of units, at least 2
   * @throws IllegalArgumentException if the width is below 2
   */
  public void advance(int width) {
    SmallAngleLaw.checkWidth(width);
    layer++;
    blocks.forEach(layer, (from, to, random) -> new Lanes(from, to, random).run(width));
  }

  /**
   * Returns the number of layers passed so far.
   *
   * @return layers passed
   */
  public int layer() {
    return layer;
  }

  /**
   * Returns ln sin&sup2; theta of every sample behind the layers passed so far.
   *
   * @return a copy; NaN for a collapsed sample
   */
  public double[] samples() {
    return values.clone();
  }

  /**
   * Returns the statistics behind the layers passed so far.
   *
   * @return the statistics
   */
  public SampleStatistics statistics() {
    return SampleStatistics.of(values);
  }

  /**
   * One block of samples side by side. The sums over units run lane by lane in short loops, so that
   * the compiler can use vector instructions without changing the order of any sum.
   */
  private final class Lanes {
    private final int from;
    private final int count;
    private final RandomGenerator random;
    private final double[] g = new double[BLOCK];
    private final double[] z = new double[BLOCK];
    private final double[] sin = new double[BLOCK];
    private final double[] cos = new double[BLOCK];
    private final double[] p = new double[BLOCK];
    private final double[] q = new double[BLOCK];
    private final double[] t = new double[BLOCK];
    private final double[] pp = new double[BLOCK];
    private final double[] qq = new double[BLOCK];
    private final double[] pq = new double[BLOCK];
    private final double[] tt = new double[BLOCK];
    private final double[] tp = new double[BLOCK];
    private final double[] sum = new double[BLOCK];
    private final double[] largest = new double[BLOCK];

    Lanes(int from, int to, RandomGenerator random) {
      this.from = from;
      this.count = to - from;
      this.random = random;
      System.arraycopy(sines, from, sin, 0, count);
      System.arraycopy(cosines, from, cos, 0, count);
    }

    void run(int width) {
      for (int unit = 0; unit < width; unit++) {
        for (int i = 0; i < count; i++) {
          g[i] = random.nextGaussian();
          z[i] = random.nextGaussian();
        }
        activate();
        accumulate();
        accumulateActivity();
      }
      for (int i = 0; i < count; i++) {
        store(from + i, i);
      }
    }

    private void activate() {
      for (int i = 0; i < BLOCK; i++) {
        double c = cos[i];
        double sz = sin[i] * z[i];
        p[i] = Math.max(g[i], 0);
        q[i] = Math.max(c * g[i] + sz, 0);
        t[i] = Math.max(sz + c * Math.min(g[i], 0), c * Math.min(-g[i], 0));
      }
    }

    private void accumulate() {
      for (int i = 0; i < BLOCK; i++) {
        pp[i] += p[i] * p[i];
        qq[i] += q[i] * q[i];
        pq[i] += p[i] * q[i];
        tt[i] += t[i] * t[i];
        tp[i] += t[i] * p[i];
      }
    }

    /** Sum and maximum of max(p, q) are equal if and only if at most one unit is active. */
    private void accumulateActivity() {
      for (int i = 0; i < BLOCK; i++) {
        double active = Math.max(p[i], q[i]);
        sum[i] += active;
        largest[i] = Math.max(largest[i], active);
      }
    }

    private void store(int sample, int i) {
      double sin2 = Math.min((tt[i] - tp[i] * tp[i] / pp[i]) / qq[i], 1);
      boolean merged = pp[i] == 0 || qq[i] == 0 || sum[i] == largest[i];
      if (merged || !(sin2 > SINE_FLOOR * SINE_FLOOR) || Double.isNaN(values[sample])) {
        values[sample] = Double.NaN;
        return;
      }
      sines[sample] = Math.sqrt(sin2);
      // Near pi/2 the cosine is the accurate one, so it does not come from the sine.
      cosines[sample] = pq[i] / Math.sqrt(pp[i] * qq[i]);
      values[sample] = Math.log(sin2);
    }
  }
}
