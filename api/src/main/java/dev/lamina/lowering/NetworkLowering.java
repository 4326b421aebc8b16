package dev.lamina.lowering;

import static dev.lamina.lowering.Instruction.NONE;
import static dev.lamina.lowering.ProgramBuilder.SQUARED_NORM;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Parametrization;
import dev.lamina.lowering.Instruction.Share;
import java.util.ArrayList;
import java.util.List;

/**
 * Lowers the recursion of an {@link InfiniteNetwork}, one layer at a time.
 *
 * <p>The pair's state is the complement s of the NNGP kernel and, if tangents are wanted, the
 * complement u of the tangent kernel; a row's state is its variances k = K(x,x) and t = T(x,x). As
 * long as no bias and only piecewise linear activations have been met, all shares are the same for
 * all rows and {@link Instruction.UniformAngleLayer} does a layer at once.
 */
final class NetworkLowering {
  private final ProgramBuilder program;
  private final InfiniteNetwork network;
  private final InputScale scale;
  private int s;
  private int u = NONE;
  private int k;
  private int t = NONE;
  private boolean uniform;

  /** t/k while uniform. */
  private double tangentRatio;

  /** Upper bound of k over the rows. */
  private double maxK;

  NetworkLowering(
      ProgramBuilder program, InfiniteNetwork network, InputScale scale, boolean tangent) {
    this.program = program;
    this.network = network;
    this.scale = scale;
    readIn(tangent);
  }

  int complement() {
    return s;
  }

  int tangentComplement() {
    return u;
  }

  int diagonal() {
    return k;
  }

  int tangentDiagonal() {
    return t;
  }

  void layers() {
    for (int layer = 0; layer < network.depth(); layer++) {
      layer(layer);
    }
  }

  /**
   * Factor of w·E[φφ] in the tangent kernel of the weights into layer {@code layer} (0 = first).
   */
  private double weightFactor(int layer) {
    if (network.parametrization() == Parametrization.NTK) {
      return 1;
    }
    double fanIn = layer == 0 ? scale.dimension() : network.widths().get(layer - 1);
    return fanIn / network.weightVariances().get(layer);
  }

  /** What the biases of a layer add to the tangent kernel. */
  private double biasTerm(int layer) {
    double b = network.biasVariances().get(layer);
    return network.parametrization() == Parametrization.NTK || b == 0 ? b : 1;
  }

  private void readIn(boolean tangent) {
    double w = network.weightVariances().getFirst() / scale.dimension();
    double b = network.biasVariances().getFirst();
    double c = weightFactor(0);
    double e = biasTerm(0);
    s = program.register();
    program.add(new Instruction.Load(PairStatistic.COMPLEMENT, s));
    k = program.cell(SQUARED_NORM, n -> w * n + b);
    maxK = w * scale.maxSquaredNorm() + b;
    requirePositive(k, 0);
    uniform = b == 0;
    tangentRatio = c;
    if (tangent) {
      u = program.register();
      t = program.cell(SQUARED_NORM, n -> c * w * n + e);
      if (uniform) {
        program.add(new Instruction.Copy(s, u));
      } else {
        int own =
            program.slot(program.cell(SQUARED_NORM, n -> Math.sqrt(c * w * n / (c * w * n + e))));
        program.add(
            new Instruction.Blend(
                List.of(
                    new Share(own, s),
                    new Share(program.slot(program.cell(t, v -> Math.sqrt(e / v))), NONE)),
                u));
      }
    }
    if (!uniform) {
      int own = program.slot(program.cell(SQUARED_NORM, n -> Math.sqrt(w * n / (w * n + b))));
      int bias = program.slot(program.cell(k, v -> Math.sqrt(b / v)));
      program.add(new Instruction.Blend(List.of(new Share(own, s), new Share(bias, NONE)), s));
    }
  }

  /** Adds hidden layer {@code layer}, counted from 0. */
  void layer(int layer) {
    Activation activation = network.activations().get(layer);
    double b = network.biasVariances().get(layer + 1);
    if (uniform && b == 0 && activation instanceof Activation.PiecewiseLinear a) {
      uniformLayer(layer, a);
    } else {
      uniform = false;
      generalLayer(layer, activation);
    }
    requirePositive(k, layer + 1);
  }

  private void uniformLayer(int layer, Activation.PiecewiseLinear activation) {
    // E[φ²] = m·k and E[φ′²] = m for a piecewise linear φ.
    double m = (1 + activation.slope() * activation.slope()) / 2;
    double wm = network.weightVariances().get(layer + 1) * m;
    double r = network.residual() ? 1 : 0;
    double growth = wm + r;
    double own = weightFactor(layer + 1) * wm;
    double total = own + growth * tangentRatio;
    int before = k;
    k = program.cell(before, v -> growth * v);
    maxK *= growth;
    if (u != NONE) {
      t = program.cell(k, v -> v * total / growth);
    }
    program.add(
        new Instruction.UniformAngleLayer(
            s,
            u,
            kappa(activation.slope()),
            r / growth,
            wm / growth,
            own / total,
            r * tangentRatio / total,
            wm * tangentRatio / total));
    tangentRatio = total / growth;
  }

  static double kappa(double slope) {
    return (1 - slope) * (1 - slope) / (Math.PI * (1 + slope * slope));
  }

  private void generalLayer(int layer, Activation activation) {
    double w = network.weightVariances().get(layer + 1);
    double b = network.biasVariances().get(layer + 1);
    double c = weightFactor(layer + 1);
    double e = biasTerm(layer + 1);
    double r = network.residual() ? 1 : 0;
    int before = k;
    int tBefore = t;
    Duals.Moments moments =
        Duals.moments(program, activation, before, maxK, u != NONE, scale.dtype());
    int m2 = moments.secondMoment();
    int d2 = moments.derivativeSecondMoment();
    int dual = program.register();
    int derivative = u == NONE ? NONE : program.register();
    moments.emit(s, dual, derivative);
    k = program.cells(1, to -> v -> v[to] = r * v[before] + w * v[m2] + b);
    maxK = r * maxK + w * moments.maxSecondMoment() + b;
    if (u != NONE) {
      t = program.cells(1, to -> v -> v[to] = c * w * v[m2] + e + (w * v[d2] + r) * v[tBefore]);
      program.add(new Instruction.Compose(derivative, u, derivative));
      List<Share> shares = new ArrayList<>();
      shares.add(share(m2, c * w, t, dual));
      addConstantShare(shares, e, t);
      int slope = program.cells(1, to -> v -> v[to] = v[d2] * v[tBefore]);
      shares.add(share(slope, w, t, derivative));
      if (r > 0) {
        shares.add(share(tBefore, 1, t, u));
      }
      program.add(new Instruction.Blend(shares, u));
      program.release(derivative);
    }
    List<Share> shares = new ArrayList<>();
    shares.add(share(m2, w, k, dual));
    addConstantShare(shares, b, k);
    if (r > 0) {
      shares.add(share(before, 1, k, s));
    }
    if (shares.size() == 1) {
      program.release(s); // the only share is 1: the dual itself is the layer's complement
      s = dual;
    } else {
      program.add(new Instruction.Blend(shares, s));
      program.release(dual);
    }
  }

  private Share share(int part, double factor, int whole, int source) {
    int cell = program.cells(1, to -> v -> v[to] = Math.sqrt(factor * v[part] / v[whole]));
    return new Share(program.slot(cell), source);
  }

  private void addConstantShare(List<Share> shares, double part, int whole) {
    if (part > 0) {
      shares.add(new Share(program.slot(program.cell(whole, v -> Math.sqrt(part / v))), NONE));
    }
  }

  private void requirePositive(int cell, int layer) {
    program.cells(
        0,
        none ->
            v -> {
              if (!(v[cell] > 0) || v[cell] == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException(
                    layer == 0 && v[cell] == 0
                        ? "is zero, and a network without bias has no angle at zero"
                        : "has variance %s after hidden layer %d; it must be positive and finite"
                            .formatted(v[cell], layer));
              }
            });
  }
}
