package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.LayerOps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The risk of a network at one point of its parameters, on a device: value, gradient, and exact
 * products of its Hessian with any directions, forward over reverse (Pearlmutter 1994), many
 * directions in each matrix product. Vectors are in the order of {@link Perceptron#parameters}.
 *
 * <p>At kinks of activations, where the Hessian does not exist, products use the slope of the left
 * side.
 */
public final class RiskPoint implements AutoCloseable {
  /** Bytes of tangents that are on the device at once; measured, more only misses caches. */
  private static final long BLOCK = 32L << 20;

  /** Relative error of one operation in float64. */
  private static final double UNIT = 0x1p-53;

  private final Backend backend;
  private final Perceptron network;
  private final Risk risk;
  private final Owned owned = new Owned();
  private final List<RiskLayer> layers;
  private final DeviceMatrix outputs;
  private final double[] gradient;
  private final double loss;

  /**
   * Computes the risk and its gradient.
   *
   * @param backend where; stays the caller's
   * @param network the point
   * @param risk what is measured
   * @throws IllegalArgumentException if the network does not fit the samples
   */
  public RiskPoint(Backend backend, Perceptron network, Risk risk) {
    this.backend = backend;
    this.network = network;
    this.risk = risk;
    risk.requireFit(network);
    this.gradient = new double[network.parameterCount()];
    try {
      DeviceMatrix x = upload(risk.x());
      List<DeviceMatrix> z = new ArrayList<>();
      List<DeviceMatrix> a = new ArrayList<>(List.of(x));
      List<DeviceMatrix> weights = new ArrayList<>();
      List<DeviceMatrix> biases = new ArrayList<>();
      for (Stage stage : network.stages()) {
        weights.add(upload(stage.weights()));
        biases.add(owned.add(uploaded(HostMatrix.of(new double[][] {stage.bias().toArray()}))));
        z.add(matrix(risk.samples(), stage.outputs()));
        a.add(matrix(risk.samples(), stage.outputs()));
        forward(stage, weights.getLast(), biases.getLast(), a, z.getLast());
      }
      this.outputs = a.getLast();
      DeviceMatrix error = matrix(risk.samples(), risk.y().getColumnDimension());
      this.loss = loss(error);
      this.layers = backward(weights, biases, a, z, error);
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  private void forward(
      Stage stage, DeviceMatrix w, DeviceMatrix b, List<DeviceMatrix> a, DeviceMatrix z) {
    LayerOps ops = backend.layers();
    DeviceMatrix in = a.get(a.size() - 2);
    ops.forward(
        new dev.lamina.ops.DenseParameters(w, Optional.of(b), stage.activation()),
        in,
        z,
        a.getLast());
    if (stage.bridged()) {
      ops.add(1, in, 1, a.getLast());
    }
  }

  private double loss(DeviceMatrix error) {
    DeviceMatrix losses = matrix(risk.samples(), 1);
    risk.loss().compute(backend.layers(), outputs, upload(risk.y()), losses, error);
    double sum = 0;
    try (HostMatrix host = downloaded(losses)) {
      for (long i = 0; i < host.rows(); i++) {
        sum += host.get(i, 0);
      }
    }
    return sum;
  }

  /** Goes back through the layers; error, ∂loss/∂outputs, is used up. */
  private List<RiskLayer> backward(
      List<DeviceMatrix> weights,
      List<DeviceMatrix> biases,
      List<DeviceMatrix> a,
      List<DeviceMatrix> z,
      DeviceMatrix error) {
    LayerOps ops = backend.layers();
    RiskLayer[] made = new RiskLayer[network.depth()];
    int end = gradient.length;
    DeviceMatrix above = error;
    for (int l = network.depth() - 1; l >= 0; l--) {
      Stage stage = network.stages().get(l);
      int offset = end - stage.parameters();
      DeviceMatrix bend = copy(above);
      DeviceMatrix delta = copy(above);
      DeviceMatrix slope = ones(risk.samples(), stage.outputs());
      ops.activateCurvature(stage.activation(), z.get(l), bend);
      ops.activateBackward(stage.activation(), z.get(l), slope);
      RiskLayer layer =
          new RiskLayer(
              stage, offset, weights.get(l), biases.get(l), a.get(l), z.get(l), slope, bend, delta);
      DeviceMatrix below = matrix(risk.samples(), stage.inputs());
      try (Owned own = new Owned()) {
        DeviceMatrix dw = own.add(allocate(stage.outputs(), stage.inputs()));
        DeviceMatrix db = own.add(allocate(1, stage.outputs()));
        DenseGradient to = new DenseGradient(dw, Optional.of(db));
        ops.backward(layer.parameters(), layer.in(), layer.z(), delta, to, below);
        read(dw, gradient, offset);
        if (stage.biased()) {
          read(db, gradient, offset + stage.outputs() * stage.inputs());
        }
      }
      if (stage.bridged()) {
        ops.add(1, above, 1, below);
      }
      above = below;
      made[l] = layer;
      end = offset;
    }
    return List.of(made);
  }

  /** {@return the network} */
  public Perceptron network() {
    return network;
  }

  /** {@return the mean loss} */
  public double loss() {
    return loss;
  }

  /** {@return its gradient, a copy} */
  public double[] gradient() {
    return gradient.clone();
  }

  /** {@return Σ |gradient|, how far the point is from being critical} */
  public double gradientL1() {
    double sum = 0;
    for (double g : gradient) {
      sum += Math.abs(g);
    }
    return sum;
  }

  /**
   * {@return what rounding alone can make of Σ |gradient|: n 2⁻⁵³ times the sum of the sizes of all
   * terms δ_k(xᵢ) a_j(xᵢ) and δ_k(xᵢ), of which each entry of the gradient adds up n}
   */
  public double gradientRounding() {
    double sum = 0;
    for (RiskLayer layer : layers) {
      try (HostMatrix delta = downloaded(layer.delta());
          HostMatrix in = downloaded(layer.in())) {
        for (long i = 0; i < delta.rows(); i++) {
          sum += size(delta, i) * ((layer.stage().biased() ? 1 : 0) + size(in, i));
        }
      }
    }
    return UNIT * risk.samples() * sum;
  }

  private static double size(HostMatrix m, long row) {
    double sum = 0;
    for (long j = 0; j < m.cols(); j++) {
      sum += Math.abs(m.get(row, j));
    }
    return sum;
  }

  /**
   * {@return ∂R/∂u^[l], n×m_l}
   *
   * @param l the layer, 1 to L
   */
  public RealMatrix errors(int l) {
    try (HostMatrix host = downloaded(layers.get(l - 1).delta())) {
      return MatrixUtils.createRealMatrix(host.toArray());
    }
  }

  /** {@return M, the number of parameters} */
  public int size() {
    return gradient.length;
  }

  /**
   * Multiplies directions by a quadratic form.
   *
   * @param form which one
   * @param directions T×M, a direction in each row
   * @param out T×M, overwritten by the products
   */
  public void products(Form form, HostMatrix directions, HostMatrix out) {
    requireDirections(directions);
    requireDirections(out);
    long step = blockSize();
    for (long from = 0; from < directions.rows(); from += step) {
      long to = Math.min(directions.rows(), from + step);
      try (Tangents tangents = new Tangents(this, directions.rows(from, to))) {
        tangents.product(form, out.rows(from, to));
      }
    }
  }

  /**
   * {@return a quadratic form as a matrix, M×M float64, exactly symmetric; the caller closes it}
   *
   * @param form which one
   * @throws IllegalArgumentException if an entry is not finite
   */
  public HostMatrix matrix(Form form) {
    HostMatrix whole = HostMatrix.allocate(DType.FLOAT64, size(), size());
    try {
      overUnits((from, units) -> products(form, units, whole.rows(from, from + units.rows())));
      for (long i = 0; i < size(); i++) {
        for (long j = 0; j <= i; j++) {
          double mean = (whole.get(i, j) + whole.get(j, i)) / 2;
          if (!Double.isFinite(mean)) {
            throw new IllegalArgumentException(
                "hessian: second derivatives must be finite at these parameters on these samples but that of parameters %d and %d is %s"
                    .formatted(j, i, mean));
          }
          whole.set(i, j, mean);
          whole.set(j, i, mean);
        }
      }
      return whole;
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  /**
   * {@return J: row i·outputs + c has the derivatives of output c for sample i, (n·outputs)×M
   * float64; the caller closes it. J Jᵀ is the tangent kernel on the samples}
   */
  public HostMatrix jacobian() {
    int classes = risk.y().getColumnDimension();
    long rows = Math.multiplyExact((long) risk.samples(), classes);
    HostMatrix jacobian = HostMatrix.allocate(DType.FLOAT64, rows, size());
    try {
      overUnits((from, units) -> {
        try (Tangents tangents = new Tangents(this, units);
            HostMatrix moved = downloaded(tangents.outputs())) {
          for (long i = 0; i < moved.rows(); i++) {
            for (long j = 0; j < moved.cols(); j++) {
              jacobian.set(i * classes + j % classes, from + j / classes, moved.get(i, j));
            }
          }
        }
      });
      return jacobian;
    } catch (RuntimeException e) {
      jacobian.close();
      throw e;
    }
  }

  /**
   * {@return B_s = Σᵢ (∂R/∂f_s)ᵢ φ″(u_s(xᵢ)) [a(xᵢ); 1][a(xᵢ); 1]ᵀ, with a in front of the layer
   * and f_s the neuron's feature [derived]; a alone if the layer has no bias} Splitting the neuron
   * with share α of a critical point with one hidden layer adds to the inertia the signs of α(1 −
   * α) B_s, and a zero.
   *
   * @param layer 1 to L − 1
   * @param neuron from 0
   */
  public RealMatrix splitting(int layer, int neuron) {
    RiskLayer at = layers.get(layer - 1);
    int inputs = at.inputs();
    int size = inputs + (at.stage().biased() ? 1 : 0);
    double[][] sum = new double[size][size];
    try (HostMatrix bend = downloaded(at.bend());
        HostMatrix in = downloaded(at.in())) {
      for (int i = 0; i < risk.samples(); i++) {
        for (int j = 0; j < size; j++) {
          double own = j == inputs ? 1 : in.get(i, j);
          for (int k = 0; k < size; k++) {
            double other = k == inputs ? 1 : in.get(i, k);
            sum[j][k] += bend.get(i, neuron) * own * other;
          }
        }
      }
    }
    return MatrixUtils.createRealMatrix(sum);
  }

  /** What is done with some unit vectors. */
  private interface UnitBody {
    void run(long from, HostMatrix units);
  }

  private void overUnits(UnitBody body) {
    long step = blockSize();
    for (long from = 0; from < size(); from += step) {
      long count = Math.min(step, size() - from);
      try (HostMatrix units = HostMatrix.allocate(DType.FLOAT64, count, size())) {
        for (long t = 0; t < count; t++) {
          units.set(t, from + t, 1);
        }
        body.run(from, units);
      }
    }
  }

  private long blockSize() {
    long numbers = 4L * size();
    for (RiskLayer layer : layers) {
      numbers += 3L * risk.samples() * layer.outputs();
    }
    return Math.max(1, BLOCK / Double.BYTES / numbers);
  }

  private void requireDirections(HostMatrix m) {
    if (m.cols() != size() || m.dtype() != DType.FLOAT64) {
      throw new ShapeException(
          "products: directions must be T×%d float64, a number for each parameter, but are %s"
              .formatted(size(), m.shape()));
    }
  }

  Backend backend() {
    return backend;
  }

  Risk risk() {
    return risk;
  }

  List<RiskLayer> layers() {
    return layers;
  }

  /** Returns the network's outputs, n×outputs. */
  DeviceMatrix outputs() {
    return outputs;
  }

  DeviceMatrix allocate(long rows, long cols) {
    return backend.allocate(DType.FLOAT64, rows, cols);
  }

  /** Uploads a matrix and closes it. */
  DeviceMatrix uploaded(HostMatrix values) {
    try (values) {
      return backend.upload(values);
    }
  }

  /** Downloads to a new matrix. */
  HostMatrix downloaded(DeviceMatrix values) {
    HostMatrix host = HostMatrix.allocate(DType.FLOAT64, values.rows(), values.cols());
    backend.download(values, host);
    return host;
  }

  private DeviceMatrix upload(RealMatrix values) {
    return owned.add(uploaded(HostMatrix.of(values.getData())));
  }

  private DeviceMatrix matrix(long rows, long cols) {
    return owned.add(allocate(rows, cols));
  }

  private DeviceMatrix copy(DeviceMatrix m) {
    DeviceMatrix copy = matrix(m.rows(), m.cols());
    backend.layers().add(1, m, 0, copy);
    return copy;
  }

  private DeviceMatrix ones(long rows, long cols) {
    HostMatrix ones = HostMatrix.allocate(DType.FLOAT64, rows, cols);
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < cols; j++) {
        ones.set(i, j, 1);
      }
    }
    return owned.add(uploaded(ones));
  }

  private void read(DeviceMatrix from, double[] to, int offset) {
    try (HostMatrix host = downloaded(from)) {
      int at = offset;
      for (long i = 0; i < host.rows(); i++) {
        for (long j = 0; j < host.cols(); j++) {
          to[at++] = host.get(i, j);
        }
      }
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
