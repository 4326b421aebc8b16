package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.NoiseKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A ReLU network of one output under full-batch noisy gradient descent on ½ Σ(f − y)².
 *
 * <p>A weight of prior variance v = weightVariance/fanIn has the decay γ = T/v, so that the
 * stationary law of infinitely small steps is the posterior with noise T. Steps are taken in
 * weights divided by √v, in which all priors have variance 1 and all layers relax at the same rate:
 *
 * <pre>  w ← (1 − ηT) w − ηv ∂E/∂w + √(2ηvT) ξ</pre>
 *
 * <p>The stationary law of infinitely small steps does not depend on this choice. Owns its
 * matrices.
 */
final class LangevinNetwork implements AutoCloseable {
  private final Backend backend;
  private final LayerOps ops;
  private final DType dtype;
  private final LangevinSettings settings;
  private final List<Layer> layers = new ArrayList<>();
  private final Owned owned = new Owned();
  private final Batch train;
  private final Batch all;
  private final DeviceMatrix targets;
  private final DeviceMatrix losses;
  private final DeviceMatrix gram;
  private final HostMatrix gramCopy;
  private final HostMatrix outputCopy;
  private final long readoutFanIn;

  /** Weights with their prior variances, and their gradients. */
  private record Layer(
      DenseParameters parameters,
      DenseGradient gradient,
      double variance,
      Optional<Double> biasVariance) {}

  /** Inputs with what a pass leaves behind. */
  private record Batch(
      DeviceMatrix x, List<DeviceMatrix> z, List<DeviceMatrix> a, List<DeviceMatrix> delta) {}

  /**
   * Allocates a network with all weights 0.
   *
   * @param x training inputs, then test inputs, (N+M)×d
   * @param y N targets
   */
  LangevinNetwork(Backend backend, LangevinSettings settings, int width, HostMatrix x, double[] y) {
    this.backend = backend;
    this.ops = backend.layers();
    this.dtype = x.dtype();
    this.settings = settings;
    List<Integer> sizes = settings.layers(width);
    try {
      for (int l = 1; l < sizes.size(); l++) {
        boolean last = l == sizes.size() - 1;
        layers.add(
            layer(sizes.get(l - 1), sizes.get(l), last ? Activation.IDENTITY : Activation.RELU));
      }
      readoutFanIn = sizes.get(sizes.size() - 2);
      train = batch(x.rows(0, y.length), sizes);
      all = batch(x, sizes);
      targets = owned.add(upload(y));
      losses = owned.add(backend.allocate(dtype, y.length, 1));
      gram = owned.add(backend.allocate(dtype, x.rows(), x.rows()));
      gramCopy = owned.add(HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows()));
      outputCopy = owned.add(HostMatrix.allocate(DType.FLOAT64, x.rows(), 1));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Layer layer(int inputs, int outputs, Activation activation) {
    Optional<DeviceMatrix> bias = Optional.empty();
    Optional<DeviceMatrix> biasGradient = Optional.empty();
    Optional<Double> variance = Optional.empty();
    if (settings.biasVariance() > 0) {
      bias = Optional.of(zeros(1, outputs));
      biasGradient = Optional.of(zeros(1, outputs));
      variance = Optional.of(settings.biasVariance());
    }
    return new Layer(
        new DenseParameters(zeros(outputs, inputs), bias, activation),
        new DenseGradient(zeros(outputs, inputs), biasGradient),
        settings.weightVariance() / inputs,
        variance);
  }

  private DeviceMatrix zeros(int rows, int cols) {
    try (HostMatrix zeros = HostMatrix.allocate(dtype, rows, cols)) {
      return owned.add(backend.upload(zeros));
    }
  }

  private DeviceMatrix upload(double[] column) {
    try (HostMatrix host = HostMatrix.allocate(dtype, column.length, 1)) {
      for (int i = 0; i < column.length; i++) {
        host.set(i, 0, column[i]);
      }
      return backend.upload(host);
    }
  }

  private Batch batch(HostMatrix x, List<Integer> sizes) {
    List<List<DeviceMatrix>> rooms =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int l = 1; l < sizes.size(); l++) {
      for (List<DeviceMatrix> room : rooms) {
        room.add(owned.add(backend.allocate(dtype, x.rows(), sizes.get(l))));
      }
    }
    return new Batch(owned.add(backend.upload(x)), rooms.get(0), rooms.get(1), rooms.get(2));
  }

  private void forward(Batch batch) {
    for (int l = 0; l < layers.size(); l++) {
      DeviceMatrix in = l == 0 ? batch.x() : batch.a().get(l - 1);
      ops.forward(layers.get(l).parameters(), in, batch.z().get(l), batch.a().get(l));
    }
  }

  /** Draws all weights from the prior. */
  void drawPrior(long seed, long draw) {
    int stream = 0;
    for (Layer layer : layers) {
      prior(
          layer.parameters().weights(),
          layer.gradient().weights(),
          layer.variance(),
          seed,
          draw,
          stream++);
      if (layer.biasVariance().isPresent()) {
        prior(
            layer.parameters().bias().orElseThrow(),
            layer.gradient().bias().orElseThrow(),
            layer.biasVariance().get(),
            seed,
            draw,
            stream++);
      }
    }
  }

  private void prior(Matrix w, Matrix finite, double variance, long seed, long draw, int stream) {
    ops.add(0, finite, 0, w);
    ops.addGaussian(Math.sqrt(variance), NoiseKey.of(seed, draw, stream), w);
  }

  /** Takes one step of training. */
  void step(long seed, long step) {
    forward(train);
    int last = layers.size() - 1;
    ops.squaredError(train.a().get(last), targets, 0.5, losses, train.delta().get(last));
    for (int l = last; l >= 0; l--) {
      Layer layer = layers.get(l);
      if (l == 0) {
        ops.backward(
            layer.parameters(),
            train.x(),
            train.z().get(0),
            train.delta().get(0),
            layer.gradient());
      } else {
        ops.backward(
            layer.parameters(),
            train.a().get(l - 1),
            train.z().get(l),
            train.delta().get(l),
            layer.gradient(),
            train.delta().get(l - 1));
      }
    }
    int stream = 0;
    for (Layer layer : layers) {
      move(
          layer.parameters().weights(),
          layer.gradient().weights(),
          layer.variance(),
          seed,
          step,
          stream++);
      if (layer.biasVariance().isPresent()) {
        move(
            layer.parameters().bias().orElseThrow(),
            layer.gradient().bias().orElseThrow(),
            layer.biasVariance().get(),
            seed,
            step,
            stream++);
      }
    }
  }

  private void move(Matrix w, Matrix gradient, double variance, long seed, long step, int stream) {
    double rate = settings.rate();
    double t = settings.temperature();
    ops.add(-rate * variance, gradient, 1 - rate * t, w);
    ops.addGaussian(Math.sqrt(2 * rate * variance * t), NoiseKey.of(seed, step, stream), w);
  }

  /** Computes the outputs and the kernel of the last hidden layer on all inputs. */
  void measure() {
    forward(all);
    DeviceMatrix features = all.a().get(layers.size() - 2);
    backend.gram().rowProducts(features, settings.weightVariance() / readoutFanIn, 0, gram);
    backend.download(gram, gramCopy);
    for (long i = 0; i < gramCopy.rows(); i++) {
      for (long j = 0; j < gramCopy.cols(); j++) {
        gramCopy.set(i, j, gramCopy.get(i, j) + settings.biasVariance());
      }
    }
    backend.download(all.a().getLast(), outputCopy);
  }

  /** Returns the last measured output of an input, training inputs first. */
  double output(int row) {
    return outputCopy.get(row, 0);
  }

  /** Returns the last measured kernel, with the prior of the read-out's bias. */
  HostMatrix kernel() {
    return gramCopy;
  }

  @Override
  public void close() {
    owned.close();
  }
}
