package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NoiseKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The usual rival of layer-wise losses: a softmax read-out of the layer's own, trained together
 * with it. The loss is the mean cross-entropy of softmax(ΦVᵀ + 1 cᵀ) plus (λ/2)‖V‖².
 *
 * <p>Every evaluation <em>with</em> a gradient also moves V and c by one step of Adam (β₁ = 0.9, β₂
 * = 0.999, ε = 10⁻⁸), after the loss and its gradient by Φ were computed with the old values;
 * evaluations without one change nothing. V starts from N(0, 1/n), c from 0, at the first call.
 *
 * <p>Targets are what they are for every objective here, one-hot rows minus 1/C; this one adds 1/C
 * again.
 */
public final class SoftmaxReadout implements LayerObjective {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private static final List<String> PARTS = List.of("weights", "bias");

  /** Root mean square of the sums of rows of targets that counts as rounding. */
  private static final double SUM_TOLERANCE = 1e-5;

  private final Backend backend;
  private final SoftmaxSettings settings;
  private final Workspace workspace;
  private final Workspace parameters;
  private long steps;
  private double rate;
  private Optional<DenseParameters> readout = Optional.empty();

  /**
   * Opens a read-out whose size the first call decides.
   *
   * @param backend computes
   * @param settings how it is trained
   */
  public SoftmaxReadout(Backend backend, SoftmaxSettings settings) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = new Workspace(backend);
    this.parameters = new Workspace(backend);
    this.rate = settings.rate();
  }

  /** {@return how many steps the read-out has made} */
  public long steps() {
    return steps;
  }

  /**
   * Changes the learning rate of the steps to come.
   *
   * @param next &gt; 0, or 0 for a read-out that stays as it is
   */
  public void useRate(double next) {
    if (!(next >= 0)) {
      throw new IllegalArgumentException("softmax read-out: rate must be ≥ 0 but is " + next);
    }
    rate = next;
  }

  /**
   * Draws the read-out now instead of at the first call, if there is none of this size yet.
   *
   * @param dtype element type of the activations
   * @param features n
   * @param outputs C
   * @return all that it is made of, to be stored and restored: V (C×n), c (1×C), and for each of
   *     them the two moments of Adam; owned by this
   */
  public List<DeviceMatrix> open(DType dtype, long features, long outputs) {
    draw(dtype, features, outputs);
    List<DeviceMatrix> all = new ArrayList<>();
    for (String name : PARTS) {
      for (String moment : new String[] {"", "first ", "second "}) {
        boolean weights = name.equals(PARTS.getFirst());
        all.add(
            parameters.matrix(
                moment + name, dtype, weights ? outputs : 1, weights ? features : outputs));
      }
    }
    return all;
  }

  /**
   * Continues after steps that were made elsewhere, what {@link #open} returns being in place.
   *
   * @param finished how many
   */
  public void resumeAt(long finished) {
    steps = finished;
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets) {
    forward(activations, targets);
    return LayerLoss.of(value(activations));
  }

  /**
   * Computes the loss and its gradient, then moves the read-out by one step.
   *
   * @param activations Φ, N×n
   * @param targets one-hot rows minus 1/C
   * @param gradient N×n, overwritten by ∂loss/∂Φ
   * @return the loss before the step
   * @throws IllegalArgumentException if the rows of the targets do not sum to 0
   */
  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets, DeviceMatrix gradient) {
    Shapes.requireGradient(activations, gradient);
    forward(activations, targets);
    double value = value(activations);
    DenseParameters layer = readout.orElseThrow();
    DType dtype = activations.dtype();
    long outputs = targets.cols();
    DeviceMatrix weightGradient =
        workspace.matrix("weight gradient", dtype, outputs, activations.cols());
    DeviceMatrix biasGradient = workspace.matrix("bias gradient", dtype, 1, outputs);
    DeviceMatrix delta = workspace.matrix("delta", dtype, activations.rows(), outputs);
    DeviceMatrix logits = workspace.matrix("logits", dtype, activations.rows(), outputs);
    backend
        .layers()
        .backward(
            layer,
            activations,
            logits,
            delta,
            new DenseGradient(weightGradient, Optional.of(biasGradient)),
            gradient);
    step(layer, weightGradient, biasGradient);
    return LayerLoss.of(value);
  }

  /**
   * Computes what the read-out predicts.
   *
   * @param activations M×n
   * @param logits M×C, overwritten
   * @throws IllegalStateException if nothing was evaluated yet
   */
  public void predict(DeviceMatrix activations, DeviceMatrix logits) {
    DenseParameters layer =
        readout.orElseThrow(
            () -> new IllegalStateException("softmax read-out: nothing was evaluated yet"));
    backend.layers().forward(layer, activations, logits, logits);
  }

  /** Leaves logits, losses of the samples and the gradient by the logits in the workspace. */
  private void forward(DeviceMatrix activations, DeviceMatrix targets) {
    Shapes.require(activations, targets);
    DType dtype = activations.dtype();
    long rows = activations.rows();
    long outputs = targets.cols();
    draw(dtype, activations.cols(), outputs);
    DeviceMatrix labels = labels(targets);
    DeviceMatrix logits = workspace.matrix("logits", dtype, rows, outputs);
    DeviceMatrix losses = workspace.matrix("losses", dtype, rows, 1);
    DeviceMatrix delta = workspace.matrix("delta", dtype, rows, outputs);
    LayerOps layers = backend.layers();
    layers.forward(readout.orElseThrow(), activations, logits, logits);
    layers.softmaxCrossEntropy(logits, labels, 1.0 / rows, losses, delta);
  }

  private double value(DeviceMatrix activations) {
    GramOps gram = backend.gram();
    DType dtype = activations.dtype();
    DeviceMatrix losses = workspace.matrix("losses", dtype, activations.rows(), 1);
    DeviceMatrix weights = (DeviceMatrix) readout.orElseThrow().weights();
    return gram.dot(losses, workspace.ones(dtype, activations.rows()))
        + settings.decay() / 2 * gram.dot(weights, weights);
  }

  /** Returns targets + 1/C, after a look at the sums of their rows. */
  private DeviceMatrix labels(DeviceMatrix targets) {
    GramOps gram = backend.gram();
    DType dtype = targets.dtype();
    DeviceMatrix ones = workspace.ones(dtype, targets.rows());
    DeviceMatrix each = parameters.ones(dtype, targets.cols());
    DeviceMatrix sums = workspace.matrix("losses", dtype, targets.rows(), 1);
    gram.gemm(targets, false, each, false, 1, 0, sums);
    double mean = Math.sqrt(gram.dot(sums, sums) / targets.rows());
    if (!(mean <= SUM_TOLERANCE)) {
      throw new IllegalArgumentException(
          "softmax read-out: targets must be one-hot rows minus 1/C, which sum to 0, but the sums of the rows have the root mean square %s; targets %s"
              .formatted(mean, targets.shape()));
    }
    DeviceMatrix labels = workspace.matrix("labels", dtype, targets.rows(), targets.cols());
    backend.layers().add(1, targets, 0, labels);
    gram.gemm(ones, false, each, true, 1.0 / targets.cols(), 1, labels);
    return labels;
  }

  private void draw(DType dtype, long inputs, long outputs) {
    if (readout.isPresent() && fits(readout.get(), dtype, inputs, outputs)) {
      return;
    }
    DeviceMatrix weights = zeros("weights", dtype, outputs, inputs);
    backend
        .layers()
        .addGaussian(1 / Math.sqrt((double) inputs), NoiseKey.of(settings.seed(), 0, 0), weights);
    DeviceMatrix bias = zeros("bias", dtype, 1, outputs);
    for (String moment : new String[] {"first ", "second "}) {
      zeros(moment + "weights", dtype, outputs, inputs);
      zeros(moment + "bias", dtype, 1, outputs);
    }
    steps = 0;
    readout = Optional.of(new DenseParameters(weights, Optional.of(bias), Activation.IDENTITY));
  }

  private static boolean fits(DenseParameters layer, DType dtype, long inputs, long outputs) {
    return layer.weights().cols() == inputs
        && layer.weights().rows() == outputs
        && layer.weights().dtype() == dtype;
  }

  private DeviceMatrix zeros(String name, DType dtype, long rows, long cols) {
    try (HostMatrix host = HostMatrix.allocate(dtype, rows, cols)) {
      return parameters.replace(name, host);
    }
  }

  private void step(DenseParameters layer, DeviceMatrix weightGradient, DeviceMatrix biasGradient) {
    steps++;
    adam(settings.decay(), layer.weights(), weightGradient, "weights");
    adam(0, layer.bias().orElseThrow(), biasGradient, "bias");
  }

  private void adam(double decay, Matrix value, DeviceMatrix g, String name) {
    AdamStep numbers = AdamStep.at(steps, rate, BETA1, BETA2, EPSILON, decay, 0);
    DType dtype = value.dtype();
    backend
        .layers()
        .adamStep(
            numbers,
            value,
            g,
            parameters.matrix("first " + name, dtype, value.rows(), value.cols()),
            parameters.matrix("second " + name, dtype, value.rows(), value.cols()));
  }

  @Override
  public void close() {
    workspace.close();
    parameters.close();
    readout = Optional.empty();
  }
}
