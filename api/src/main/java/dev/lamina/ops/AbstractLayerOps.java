package dev.lamina.ops;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import java.util.Objects;
import java.util.Optional;

/**
 * Checks shapes, element types and overlaps once, so that backends write arithmetic alone. The
 * checks allocate nothing: layers can be so small that it would count.
 */
public abstract class AbstractLayerOps implements LayerOps {

  /** Creates the checks. */
  protected AbstractLayerOps() {}

  @Override
  public final void forward(DenseParameters layer, Matrix x, Matrix z, Matrix a) {
    Matrix w = layer.weights();
    requireLayer("forward", w, x, z);
    requireLike("forward", "a", a, "z", z);
    requireApart("forward", "z", z, "x", x);
    requireApart("forward", "a", a, "x", x);
    requireApart("forward", "z", z, "the weights", w);
    requireApart("forward", "a", a, "the weights", w);
    if (!same(z, a)) {
      requireApart("forward", "z", z, "a", a);
    }
    doForward(layer, x, z, a);
  }

  @Override
  public final void backward(
      DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient) {
    requireBackward(layer, x, z, delta, gradient);
    doBackward(layer, x, z, delta, gradient, Optional.empty());
  }

  @Override
  public final void backward(
      DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient, Matrix dx) {
    requireBackward(layer, x, z, delta, gradient);
    requireLike("backward", "dx", dx, "x", x);
    requireApart("backward", "dx", dx, "delta", delta);
    requireApart("backward", "dx", dx, "x", x);
    requireApart("backward", "dx", dx, "z", z);
    requireApart("backward", "dx", dx, "the weights", layer.weights());
    doBackward(layer, x, z, delta, gradient, Optional.of(dx));
  }

  private static void requireBackward(
      DenseParameters layer, Matrix x, Matrix z, Matrix delta, DenseGradient gradient) {
    requireLayer("backward", layer.weights(), x, z);
    requireLike("backward", "delta", delta, "z", z);
    requireLike(
        "backward",
        "the gradient of the weights",
        gradient.weights(),
        "the weights",
        layer.weights());
    if (layer.bias().isPresent() != gradient.bias().isPresent()) {
      throw new ShapeException(
          "backward: layer and gradient must both have a bias or neither, but the layer has %s and the gradient %s"
              .formatted(text(layer.bias()), text(gradient.bias())));
    }
    requireApart("backward", "delta", delta, "x", x);
    requireApart("backward", "delta", delta, "z", z);
    requireApart("backward", "delta", delta, "the weights", layer.weights());
    requireApart("backward", "the gradient of the weights", gradient.weights(), "x", x);
    requireApart("backward", "the gradient of the weights", gradient.weights(), "delta", delta);
    requireApart(
        "backward",
        "the gradient of the weights",
        gradient.weights(),
        "the weights",
        layer.weights());
  }

  private static String text(Optional<? extends Matrix> bias) {
    return bias.isPresent() ? bias.get().shape() : "none";
  }

  private static void requireLayer(String operation, Matrix w, Matrix x, Matrix z) {
    if (x.cols() != w.cols() || z.cols() != w.rows() || z.rows() != x.rows()) {
      throw new ShapeException(
          "%s: with weights %s, x must be N×%d and z N×%d but they are %s and %s"
              .formatted(operation, w.shape(), w.cols(), w.rows(), x.shape(), z.shape()));
    }
    requireType(operation, "x", x, "the weights", w);
    requireType(operation, "z", z, "the weights", w);
  }

  @Override
  public final void activate(Activation activation, Matrix z, Matrix a) {
    requireLike("activate", "a", a, "z", z);
    if (!same(z, a)) {
      requireApart("activate", "a", a, "z", z);
    }
    doActivate(activation, z, a);
  }

  @Override
  public final void activateBackward(Activation activation, Matrix z, Matrix delta) {
    requireLike("activateBackward", "delta", delta, "z", z);
    requireApart("activateBackward", "delta", delta, "z", z);
    doActivateBackward(activation, z, delta);
  }

  @Override
  public final void activateCurvature(Activation activation, Matrix z, Matrix delta) {
    requireLike("activateCurvature", "delta", delta, "z", z);
    requireApart("activateCurvature", "delta", delta, "z", z);
    doActivateCurvature(activation, z, delta);
  }

  @Override
  public final void scaleTangents(Matrix slope, Matrix tangents) {
    requireTangents(slope, tangents);
    doScaleTangents(slope, Optional.empty(), tangents);
  }

  @Override
  public final void scaleTangents(Matrix slope, Matrix bend, Matrix other, Matrix tangents) {
    requireTangents(slope, tangents);
    requireLike("scaleTangents", "bend", bend, "slope", slope);
    requireLike("scaleTangents", "other", other, "tangents", tangents);
    requireApart("scaleTangents", "tangents", tangents, "bend", bend);
    requireApart("scaleTangents", "tangents", tangents, "other", other);
    doScaleTangents(slope, Optional.of(new Bend(bend, other)), tangents);
  }

  private static void requireTangents(Matrix slope, Matrix tangents) {
    if (tangents.rows() != slope.rows()
        || slope.cols() < 1
        || tangents.cols() < 1
        || tangents.cols() % slope.cols() != 0) {
      throw new ShapeException(
          "scaleTangents: with slope N×n, tangents must be N×(T·n) but they are %s and %s"
              .formatted(slope.shape(), tangents.shape()));
    }
    requireType("scaleTangents", "tangents", tangents, "slope", slope);
    requireApart("scaleTangents", "tangents", tangents, "slope", slope);
  }

  @Override
  public final void normalise(NormParameters norm, Matrix z, Matrix y, Matrix statistics) {
    requireBatch("normalise", norm, z);
    requireLike("normalise", "y", y, "z", z);
    requireStatistics("normalise", z, statistics);
    if (!same(z, y)) {
      requireApart("normalise", "y", y, "z", z);
    }
    doNormalise(norm, z, y, statistics);
  }

  @Override
  public final void normaliseBackward(
      NormParameters norm, Matrix z, Matrix statistics, Matrix delta, NormGradient gradient) {
    requireBatch("normaliseBackward", norm, z);
    requireLike("normaliseBackward", "delta", delta, "z", z);
    requireStatistics("normaliseBackward", z, statistics);
    requireLike("normaliseBackward", "the gradient", gradient.scale(), "the scale", norm.scale());
    requireApart("normaliseBackward", "delta", delta, "z", z);
    doNormaliseBackward(norm, z, statistics, delta, gradient);
  }

  private static void requireBatch(String operation, NormParameters norm, Matrix z) {
    requireUnits(operation, norm, z, "z");
    if (z.rows() < 2) {
      throw new ShapeException(
          operation + ": a batch must have at least 2 rows to have a variance but is " + z.shape());
    }
  }

  private static void requireUnits(String operation, NormParameters norm, Matrix z, String name) {
    if (z.cols() != norm.scale().cols()) {
      throw new ShapeException(
          "%s: %s must have %d columns (units of the batch norm) but is %s"
              .formatted(operation, name, norm.scale().cols(), z.shape()));
    }
    requireType(operation, name, z, "the scale", norm.scale());
  }

  private static void requireStatistics(String operation, Matrix z, Matrix statistics) {
    if (statistics.rows() != 2 || statistics.cols() != z.cols()) {
      throw new ShapeException(
          "%s: statistics must be 2×%d (columns of z) but is %s; z %s"
              .formatted(operation, z.cols(), statistics.shape(), z.shape()));
    }
    requireType(operation, "statistics", statistics, "z", z);
  }

  @Override
  public final void normaliseFixed(NormParameters norm, Matrix z, Matrix y) {
    requireUnits("normaliseFixed", norm, z, "z");
    requireLike("normaliseFixed", "y", y, "z", z);
    if (!same(z, y)) {
      requireApart("normaliseFixed", "y", y, "z", z);
    }
    doNormaliseFixed(norm, z, y);
  }

  @Override
  public final void normaliseFixedBackward(NormParameters norm, Matrix delta) {
    requireUnits("normaliseFixedBackward", norm, delta, "delta");
    doNormaliseFixedBackward(norm, delta);
  }

  @Override
  public final void add(double alpha, Matrix x, double beta, Matrix y) {
    requireLike("add", "y", y, "x", x);
    requireApart("add", "y", y, "x", x);
    doAdd(alpha, x, beta, y);
  }

  @Override
  public final void softmaxCrossEntropy(
      Matrix logits, Matrix targets, double factor, Matrix losses, Matrix gradient) {
    requireLoss("softmaxCrossEntropy", logits, targets, losses, gradient);
    doSoftmaxCrossEntropy(logits, targets, factor, losses, gradient);
  }

  @Override
  public final void squaredError(
      Matrix outputs, Matrix targets, double factor, Matrix losses, Matrix gradient) {
    requireLoss("squaredError", outputs, targets, losses, gradient);
    doSquaredError(outputs, targets, factor, losses, gradient);
  }

  private static void requireLoss(
      String operation, Matrix outputs, Matrix targets, Matrix losses, Matrix gradient) {
    requireLike(operation, "targets", targets, "the outputs", outputs);
    requireLike(operation, "gradient", gradient, "the outputs", outputs);
    requirePerRow(operation, "losses", losses, outputs);
    requireClasses(operation, outputs);
    requireApart(operation, "gradient", gradient, "the outputs", outputs);
    requireApart(operation, "gradient", gradient, "targets", targets);
  }

  private static void requireClasses(String operation, Matrix outputs) {
    if (outputs.cols() < 1) {
      throw new ShapeException(
          operation + ": the outputs must have at least 1 column but are " + outputs.shape());
    }
  }

  private static void requirePerRow(String operation, String name, Matrix m, Matrix outputs) {
    if (m.rows() != outputs.rows() || m.cols() != 1) {
      throw new ShapeException(
          "%s: %s must be %d×1 (rows of the outputs) but is %s; outputs %s"
              .formatted(operation, name, outputs.rows(), m.shape(), outputs.shape()));
    }
    requireType(operation, name, m, "the outputs", outputs);
  }

  @Override
  public final void hits(Matrix outputs, Matrix targets, Matrix hits) {
    requireLike("hits", "targets", targets, "the outputs", outputs);
    requirePerRow("hits", "hits", hits, outputs);
    requireClasses("hits", outputs);
    doHits(outputs, targets, hits);
  }

  @Override
  public final void gatherRows(Matrix x, int[] rows, int from, Matrix out) {
    if (out.cols() != x.cols()) {
      throw new ShapeException(
          "gatherRows: out must have %d columns (columns of x) but is %s; x %s"
              .formatted(x.cols(), out.shape(), x.shape()));
    }
    requireType("gatherRows", "out", out, "x", x);
    requireApart("gatherRows", "out", out, "x", x);
    int count = Math.toIntExact(out.rows());
    Objects.checkFromIndexSize(from, count, rows.length);
    for (int i = from; i < from + count; i++) {
      Objects.checkIndex((long) rows[i], x.rows());
    }
    doGatherRows(x, rows, from, out);
  }

  @Override
  public final void sgdStep(SgdStep step, Matrix parameters, Matrix gradient, Matrix velocity) {
    requireLike("sgdStep", "gradient", gradient, "the parameters", parameters);
    requireLike("sgdStep", "velocity", velocity, "the parameters", parameters);
    requireHeld("sgdStep", "the rate", step.rate(), parameters);
    requireHeld("sgdStep", "l2", step.l2(), parameters);
    doSgdStep(step, parameters, gradient, velocity);
  }

  @Override
  public final void adamStep(
      AdamStep step, Matrix parameters, Matrix gradient, Matrix first, Matrix second) {
    requireLike("adamStep", "gradient", gradient, "the parameters", parameters);
    requireLike("adamStep", "first", first, "the parameters", parameters);
    requireLike("adamStep", "second", second, "the parameters", parameters);
    requireHeld("adamStep", "the rate", step.rate(), parameters);
    requireHeld("adamStep", "l2", step.l2(), parameters);
    requireHeld("adamStep", "epsilon", step.epsilon(), parameters);
    if (parameters.dtype() == DType.FLOAT32 && (float) step.epsilon() == 0) {
      throw new IllegalArgumentException(
          "adamStep: epsilon must not be 0 in float32, the type of the parameters, but is "
              + step.epsilon());
    }
    doAdamStep(step, parameters, gradient, first, second);
  }

  @Override
  public final void addGaussian(double scale, NoiseKey noise, Matrix w) {
    doAddGaussian(scale, noise, w);
  }

  /** Optimisers compute in the type of the parameters, on every backend. */
  private static void requireHeld(String operation, String name, double value, Matrix parameters) {
    if (parameters.dtype() == DType.FLOAT32 && !Float.isFinite((float) value)) {
      throw new IllegalArgumentException(
          "%s: %s must be finite in float32, the type of the parameters, but is %s"
              .formatted(operation, name, value));
    }
  }

  private static void requireLike(
      String operation, String name, Matrix m, String model, Matrix like) {
    if (m.rows() != like.rows() || m.cols() != like.cols()) {
      throw new ShapeException(
          "%s: %s must be %d×%d like %s but is %s"
              .formatted(operation, name, like.rows(), like.cols(), model, m.shape()));
    }
    requireType(operation, name, m, model, like);
  }

  private static void requireType(
      String operation, String name, Matrix m, String model, Matrix like) {
    if (m.dtype() != like.dtype()) {
      throw new ShapeException(
          "%s: %s must have the element type of %s but they are %s and %s"
              .formatted(operation, name, model, m.shape(), like.shape()));
    }
  }

  /** Two views of the same entries count as one matrix. */
  private static boolean same(Matrix a, Matrix b) {
    if (a instanceof HostMatrix p && b instanceof HostMatrix q) {
      return p.segment().address() == q.segment().address() && p.rowStride() == q.rowStride();
    }
    return a.equals(b);
  }

  private static void requireApart(
      String operation, String name, Matrix out, String otherName, Matrix other) {
    boolean overlap;
    if (out instanceof HostMatrix a && other instanceof HostMatrix b) {
      long startA = a.segment().address();
      long startB = b.segment().address();
      overlap =
          startA < startB + b.segment().byteSize() && startB < startA + a.segment().byteSize();
    } else {
      overlap = out.equals(other);
    }
    if (overlap) {
      throw new ShapeException(
          "%s: %s must not share memory with %s; they are %s and %s"
              .formatted(operation, name, otherName, out.shape(), other.shape()));
    }
  }

  /**
   * The second term of {@link #scaleTangents(Matrix, Matrix, Matrix, Matrix)}.
   *
   * @param factor N×n
   * @param other N×(T·n)
   */
  protected record Bend(Matrix factor, Matrix other) {}

  /**
   * Does {@link #activateCurvature}; shapes are checked.
   *
   * @param activation φ
   * @param z N×n
   * @param delta N×n
   */
  protected abstract void doActivateCurvature(Activation activation, Matrix z, Matrix delta);

  /**
   * Does {@link #scaleTangents(Matrix, Matrix)} or, with a second term, {@link
   * #scaleTangents(Matrix, Matrix, Matrix, Matrix)}; shapes are checked.
   *
   * @param slope N×n
   * @param bend the second term
   * @param tangents N×(T·n)
   */
  protected abstract void doScaleTangents(Matrix slope, Optional<Bend> bend, Matrix tangents);

  /**
   * Does {@link #forward}; shapes are checked.
   *
   * @param layer W, b, φ
   * @param x N×inputs
   * @param z N×outputs
   * @param a N×outputs; {@code z} itself or apart from it
   */
  protected abstract void doForward(DenseParameters layer, Matrix x, Matrix z, Matrix a);

  /**
   * Does {@link #backward(DenseParameters, Matrix, Matrix, Matrix, DenseGradient)}; shapes are
   * checked.
   *
   * @param layer W, b, φ
   * @param x N×inputs
   * @param z N×outputs
   * @param delta N×outputs
   * @param gradient the gradient with respect to the parameters
   * @param dx N×inputs, if the gradient with respect to the input is wanted
   */
  protected abstract void doBackward(
      DenseParameters layer,
      Matrix x,
      Matrix z,
      Matrix delta,
      DenseGradient gradient,
      Optional<? extends Matrix> dx);

  /**
   * Does {@link #activate}; shapes are checked.
   *
   * @param activation φ
   * @param z N×n
   * @param a N×n
   */
  protected abstract void doActivate(Activation activation, Matrix z, Matrix a);

  /**
   * Does {@link #activateBackward}; shapes are checked.
   *
   * @param activation φ
   * @param z N×n
   * @param delta N×n
   */
  protected abstract void doActivateBackward(Activation activation, Matrix z, Matrix delta);

  /**
   * Does {@link #normalise}; shapes are checked.
   *
   * @param norm the parameters
   * @param z N×n
   * @param y N×n
   * @param statistics 2×n
   */
  protected abstract void doNormalise(NormParameters norm, Matrix z, Matrix y, Matrix statistics);

  /**
   * Does {@link #normaliseBackward}; shapes are checked.
   *
   * @param norm the parameters
   * @param z N×n
   * @param statistics 2×n
   * @param delta N×n
   * @param gradient the gradient with respect to the parameters
   */
  protected abstract void doNormaliseBackward(
      NormParameters norm, Matrix z, Matrix statistics, Matrix delta, NormGradient gradient);

  /**
   * Does {@link #normaliseFixed}; shapes are checked.
   *
   * @param norm the parameters
   * @param z N×n
   * @param y N×n
   */
  protected abstract void doNormaliseFixed(NormParameters norm, Matrix z, Matrix y);

  /**
   * Does {@link #normaliseFixedBackward}; shapes are checked.
   *
   * @param norm the parameters
   * @param delta N×n
   */
  protected abstract void doNormaliseFixedBackward(NormParameters norm, Matrix delta);

  /**
   * Does {@link #add}; shapes are checked.
   *
   * @param alpha factor of x
   * @param x N×n
   * @param beta factor of the old value
   * @param y N×n
   */
  protected abstract void doAdd(double alpha, Matrix x, double beta, Matrix y);

  /**
   * Does {@link #softmaxCrossEntropy}; shapes are checked.
   *
   * @param logits N×C
   * @param targets N×C
   * @param factor of every loss
   * @param losses N×1
   * @param gradient N×C
   */
  protected abstract void doSoftmaxCrossEntropy(
      Matrix logits, Matrix targets, double factor, Matrix losses, Matrix gradient);

  /**
   * Does {@link #squaredError}; shapes are checked.
   *
   * @param outputs N×C
   * @param targets N×C
   * @param factor of every loss
   * @param losses N×1
   * @param gradient N×C
   */
  protected abstract void doSquaredError(
      Matrix outputs, Matrix targets, double factor, Matrix losses, Matrix gradient);

  /**
   * Does {@link #hits}; shapes are checked.
   *
   * @param outputs N×C
   * @param targets N×C
   * @param hits N×1
   */
  protected abstract void doHits(Matrix outputs, Matrix targets, Matrix hits);

  /**
   * Does {@link #gatherRows}; shapes are checked.
   *
   * @param x M×n
   * @param rows indices, checked
   * @param from where in the list to begin
   * @param out N×n
   */
  protected abstract void doGatherRows(Matrix x, int[] rows, int from, Matrix out);

  /**
   * Does {@link #sgdStep}; shapes are checked.
   *
   * @param step the numbers
   * @param parameters m×n
   * @param gradient m×n
   * @param velocity m×n
   */
  protected abstract void doSgdStep(
      SgdStep step, Matrix parameters, Matrix gradient, Matrix velocity);

  /**
   * Does {@link #adamStep}; shapes are checked.
   *
   * @param step the numbers
   * @param parameters m×n
   * @param gradient m×n
   * @param first m×n
   * @param second m×n
   */
  protected abstract void doAdamStep(
      AdamStep step, Matrix parameters, Matrix gradient, Matrix first, Matrix second);

  /**
   * Does {@link #addGaussian}; shapes are checked.
   *
   * @param scale standard deviation
   * @param noise which noise
   * @param w m×n
   */
  protected abstract void doAddGaussian(double scale, NoiseKey noise, Matrix w);
}
