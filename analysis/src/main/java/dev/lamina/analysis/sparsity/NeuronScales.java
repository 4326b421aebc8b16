package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The loss of representations as a function of the lengths of the neurons alone, their rays fixed:
 *
 * <pre>  f(s) = λ Σ_l ‖W_l(s)‖²,   W_l(s) = e^{S_l}Z_l ([e^{S_{l−1}}σ(Z_{l−1}); β1ᵀ])⁺</pre>
 *
 * with S_l the diagonal matrix of the logarithms s of factors of the neurons of layer l, 0 for
 * inputs, outputs and layers whose activation is not positively homogeneous. All outputs, and so
 * the cost, are the same for every s, because factors change no row space. The derivative by s_k is
 * 2λ(‖in_k‖² − ‖out_k‖²), the bias in ‖in_k‖ (derived): stationary points are balanced <i>and</i>
 * projected, while balancing and projecting in turns gets there slowly, since each spoils the other
 * where neurons outnumber the rank.
 *
 * <p>An evaluation costs one projection. Reads Z and B of the last evaluation of the loss, which
 * must not be evaluated meanwhile.
 */
final class NeuronScales implements Objective {
  /** Factors beyond e to this are a step gone astray: they would spoil the rank decisions. */
  private static final double FARTHEST = 30;

  private final Backend backend;
  private final RidgeLoss loss;
  private final RowSpace inputs;
  private final double lambda;
  private final int constantRows;
  private final DenseShape shape;

  /** Layers with factors, ascending. */
  private final List<Integer> layers = new ArrayList<>();

  NeuronScales(
      Backend backend, RidgeLoss loss, RowSpace inputs, RidgeProblem problem, DenseShape shape) {
    this.backend = backend;
    this.loss = loss;
    this.inputs = inputs;
    this.lambda = problem.lambda();
    this.constantRows = problem.constantRows();
    this.shape = shape;
    for (int l = 1; l < shape.depth(); l++) {
      if (DenseShape.isHomogeneous(shape.activations().get(l - 1))) {
        layers.add(l);
      }
    }
  }

  /** Returns s = 0, a column for each layer with factors; empty if there is none. */
  List<DeviceMatrix> start(Scratch scratch) {
    return layers.stream().map(l -> scratch.zeros(shape.width(l), 1)).toList();
  }

  @Override
  public double evaluate(List<DeviceMatrix> point, List<DeviceMatrix> gradient) {
    if (!(largest(point) <= FARTHEST)) {
      return Double.POSITIVE_INFINITY; // the line search steps back
    }
    try (Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> w = weights(point, scratch);
      double sum = 0;
      for (DeviceMatrix m : w) {
        sum += scratch.squaredNorm(m);
      }
      for (int i = 0; i < layers.size(); i++) {
        double[][] in = scratch.download(w.get(layers.get(i) - 1));
        double[][] out = scratch.download(w.get(layers.get(i)));
        double[][] slope = new double[in.length][1];
        for (int k = 0; k < in.length; k++) {
          double a = Balance.inNorm(in, k);
          double b = Balance.outNorm(out, k);
          slope[k][0] = 2 * lambda * (a - b) * (a + b);
        }
        backend.layers().add(1, scratch.upload(slope), 0, gradient.get(i));
      }
      return lambda * sum;
    }
  }

  private double largest(List<DeviceMatrix> point) {
    double largest = 0;
    for (DeviceMatrix m : point) {
      for (double[] row : Scratch.download(backend, m)) {
        largest = Math.max(largest, Math.abs(row[0]));
      }
    }
    return largest;
  }

  /** Returns W_1 to W_L at s. */
  List<DeviceMatrix> weights(List<DeviceMatrix> point, Scratch into) {
    List<DeviceMatrix> w = new ArrayList<>();
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix below = null;
      for (int l = 1; l <= shape.depth(); l++) {
        double[] factors = factors(l, point);
        DeviceMatrix z = scaled(loss.z(l), factors, local);
        if (l == 1) {
          w.add(inputs.timesPseudoInverse(z, into));
        } else {
          try (RowSpace space = new RowSpace(backend, below)) {
            w.add(space.timesPseudoInverse(z, into));
          }
        }
        below = l < shape.depth() ? scaled(loss.b().get(l), factors, local) : null;
      }
    }
    return w;
  }

  private double[] factors(int l, List<DeviceMatrix> point) {
    double[] factors = new double[shape.width(l) + constantRows];
    Arrays.fill(factors, 1);
    int i = layers.indexOf(l);
    if (i >= 0) {
      double[][] s = Scratch.download(backend, point.get(i));
      for (int k = 0; k < s.length; k++) {
        factors[k] = Math.exp(s[k][0]);
      }
    }
    return factors;
  }

  private DeviceMatrix scaled(DeviceMatrix m, double[] factors, Scratch into) {
    DeviceMatrix out = into.copy(m);
    double[][] column = new double[Math.toIntExact(m.rows())][1];
    for (int k = 0; k < column.length; k++) {
      column[k][0] = factors[k];
    }
    try (Scratch local = new Scratch(backend)) {
      backend.gram().scaleRows(local.upload(column), out);
    }
    return out;
  }
}
