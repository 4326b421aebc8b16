package dev.lamina.contract;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import dev.lamina.ops.SgdStep;
import java.util.Optional;

/** Right layers with at most one flaw. */
record BrokenLayers(LayerOps right, Flaw flaw, boolean singleThread) implements LayerOps {

  @Override
  public void forward(DenseParameters layer, Matrix x, Matrix z, Matrix a) {
    boolean forget = flaw == Flaw.LAYER_BIAS_FORGOTTEN;
    right.forward(
        forget ? new DenseParameters(layer.weights(), Optional.empty(), layer.activation()) : layer,
        x,
        z,
        a);
    if (flaw == Flaw.LAYER_BITS_DEPEND_ON_THREADS && !singleThread && a instanceof HostMatrix h) {
      h.set(0, 0, h.get(0, 0) * (1 + 4 * h.dtype().unitRoundoff()));
    }
  }

  @Override
  public void backward(
      DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient) {
    right.backward(broken(layer), x, z, delta, gradient);
  }

  @Override
  public void backward(
      DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient, Matrix dx) {
    right.backward(broken(layer), x, z, delta, gradient, dx);
  }

  /** Without the activation, backward forgets its derivative. */
  private DenseParameters broken(DenseParameters layer) {
    return flaw == Flaw.DERIVATIVE_FORGOTTEN
        ? new DenseParameters(layer.weights(), layer.bias(), Activation.IDENTITY)
        : layer;
  }

  @Override
  public void activate(Activation activation, Matrix z, Matrix a) {
    right.activate(activation, z, a);
  }

  @Override
  public void activateBackward(Activation activation, Matrix z, Matrix delta) {
    right.activateBackward(activation, z, delta);
    if (flaw == Flaw.SLOPE_AT_KINK
        && activation instanceof Activation.PiecewiseLinear p
        && z instanceof HostMatrix from
        && delta instanceof HostMatrix to
        && from.get(0, 0) == 0) {
      to.set(0, 0, (1 + p.slope()) / 2);
    }
  }

  @Override
  public void activateCurvature(Activation activation, Matrix z, Matrix delta) {
    if (flaw == Flaw.CURVATURE_FORGOTTEN) {
      right.activateBackward(activation, z, delta);
    } else {
      right.activateCurvature(activation, z, delta);
    }
  }

  @Override
  public void scaleTangents(Matrix slope, Matrix tangents) {
    right.scaleTangents(slope, tangents);
  }

  @Override
  public void scaleTangents(Matrix slope, Matrix bend, Matrix other, Matrix tangents) {
    if (flaw == Flaw.BEND_FORGOTTEN) {
      right.scaleTangents(slope, tangents);
    } else {
      right.scaleTangents(slope, bend, other, tangents);
    }
  }

  @Override
  public void normalise(NormParameters norm, Matrix z, Matrix y, Matrix statistics) {
    right.normalise(norm, z, y, statistics);
    if (flaw == Flaw.RUNNING_VARIANCE_BIASED && norm.variance() instanceof HostMatrix v) {
      double n = z.rows();
      v.set(0, 0, v.get(0, 0) * (n - 1) / n);
    }
  }

  @Override
  public void normaliseBackward(
      NormParameters norm, Matrix z, Matrix statistics, Matrix delta, NormGradient gradient) {
    right.normaliseBackward(norm, z, statistics, delta, gradient);
  }

  @Override
  public void normaliseFixed(NormParameters norm, Matrix z, Matrix y) {
    right.normaliseFixed(norm, z, y);
  }

  @Override
  public void normaliseFixedBackward(NormParameters norm, Matrix delta) {
    right.normaliseFixedBackward(norm, delta);
  }

  @Override
  public void add(double alpha, Matrix x, double beta, Matrix y) {
    right.add(alpha, x, beta, y);
  }

  @Override
  public void softmaxCrossEntropy(
      Matrix logits, Matrix targets, double factor, Matrix losses, Matrix gradient) {
    double used = flaw == Flaw.FACTOR_IGNORED ? 1 : factor;
    right.softmaxCrossEntropy(logits, targets, used, losses, gradient);
  }

  @Override
  public void squaredError(
      Matrix outputs, Matrix targets, double factor, Matrix losses, Matrix gradient) {
    right.squaredError(outputs, targets, factor, losses, gradient);
  }

  @Override
  public void hits(Matrix outputs, Matrix targets, Matrix hits) {
    right.hits(outputs, targets, hits);
  }

  @Override
  public void gatherRows(Matrix x, int[] rows, int from, Matrix out) {
    right.gatherRows(x, rows, flaw == Flaw.ROWS_FROM_THE_START ? 0 : from, out);
  }

  @Override
  public void sgdStep(SgdStep step, Matrix parameters, Matrix gradient, Matrix velocity) {
    SgdStep used =
        flaw == Flaw.NESTEROV_IGNORED
            ? new SgdStep(step.rate(), step.momentum(), false, step.l2())
            : step;
    right.sgdStep(used, parameters, gradient, velocity);
  }

  @Override
  public void adamStep(
      AdamStep step, Matrix parameters, Matrix gradient, Matrix first, Matrix second) {
    right.adamStep(step, parameters, gradient, first, second);
  }

  @Override
  public void addGaussian(double scale, NoiseKey noise, Matrix w) {
    right.addGaussian(scale, flaw == Flaw.NOISE_KEY_IGNORED ? new NoiseKey(0) : noise, w);
  }
}
