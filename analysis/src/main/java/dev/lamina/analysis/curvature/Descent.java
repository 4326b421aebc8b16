package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.sparsity.Lbfgs;
import dev.lamina.analysis.sparsity.LbfgsSettings;
import dev.lamina.analysis.sparsity.Objective;
import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.LayerOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Goes downhill on a device, by L-BFGS or along the gradient; no Hessian is stored. */
final class Descent implements Objective, AutoCloseable {
  private final Backend backend;
  private final Risk risk;
  private final Perceptron start;
  private final Owned owned = new Owned();
  private final DeviceMatrix x;
  private final DeviceMatrix y;
  private final DeviceMatrix losses;
  private final HostMatrix sampleLosses;
  private final List<DeviceMatrix> z = new ArrayList<>();
  private final List<DeviceMatrix> a = new ArrayList<>();
  private final List<DeviceMatrix> error = new ArrayList<>();
  private final List<DeviceMatrix> kept = new ArrayList<>();

  private Descent(Backend backend, Perceptron start, Risk risk) {
    this.backend = backend;
    this.risk = risk;
    this.start = start;
    this.x = upload(risk.x().getData());
    this.y = upload(risk.y().getData());
    this.losses = matrix(1);
    this.sampleLosses = owned.add(HostMatrix.allocate(DType.FLOAT64, risk.samples(), 1));
    for (Stage stage : start.stages()) {
      z.add(matrix(stage.outputs()));
      a.add(matrix(stage.outputs()));
      error.add(matrix(stage.outputs()));
      kept.add(stage.bridged() ? matrix(stage.outputs()) : error.getLast());
    }
  }

  /** Where L-BFGS ended, and how. */
  record End(Perceptron network, Lbfgs.Result how) {}

  /** Goes downhill by L-BFGS. */
  static End from(
      Backend backend, Perceptron start, Risk risk, int steps, CriticalPoints.Watch watch) {
    try (Descent descent = new Descent(backend, start, risk)) {
      List<DeviceMatrix> point = descent.point();
      List<HostMatrix> hosts = descent.hosts(point);
      Lbfgs.Result how =
          Lbfgs.minimise(
              backend,
              descent,
              point,
              LbfgsSettings.of(steps),
              (taken, loss, gradient) -> watch.moved(taken, loss, descent.size(gradient, hosts)));
      return new End(start.withParameters(descent.inARow(point, hosts)), how);
    }
  }

  /** Returns where gradient descent stops. */
  static GradientDescent.Stop steepest(
      Backend backend, Perceptron start, Risk risk, GradientDescent how) {
    try (Descent descent = new Descent(backend, start, risk)) {
      List<DeviceMatrix> point = descent.point();
      List<DeviceMatrix> gradient = descent.point();
      List<HostMatrix> hosts = descent.hosts(point);
      for (long step = 0; ; step++) {
        double loss = descent.evaluate(point, gradient);
        double size = descent.size(gradient, hosts);
        if (!Double.isFinite(loss) || !Double.isFinite(size)) {
          throw new IllegalArgumentException(
              "gradient descent: the loss must stay finite but after %d steps it is %s; take a smaller rate than %s"
                  .formatted(step, loss, how.rate()));
        }
        if (size <= how.target() || step == how.steps()) {
          return new GradientDescent.Stop(
              start.withParameters(descent.inARow(point, hosts)), size, step, size <= how.target());
        }
        for (int k = 0; k < point.size(); k++) {
          backend.layers().add(-how.rate(), gradient.get(k), 1, point.get(k));
        }
      }
    }
  }

  /** Returns weights and biases at the start, on the device. */
  private List<DeviceMatrix> point() {
    List<DeviceMatrix> point = new ArrayList<>();
    for (Stage stage : start.stages()) {
      point.add(upload(stage.weights().getData()));
      point.add(upload(new double[][] {stage.bias().toArray()}));
    }
    return point;
  }

  private List<HostMatrix> hosts(List<DeviceMatrix> parts) {
    return parts.stream()
        .map(part -> owned.add(HostMatrix.allocate(DType.FLOAT64, part.rows(), part.cols())))
        .toList();
  }

  /** Returns Σ |entries|; the hosts, of the same shapes, are overwritten. */
  private double size(List<DeviceMatrix> parts, List<HostMatrix> hosts) {
    return Arrays.stream(inARow(parts, hosts)).map(Math::abs).sum();
  }

  /** Returns all entries in a row; the hosts, of the same shapes, are overwritten. */
  private double[] inARow(List<DeviceMatrix> parts, List<HostMatrix> hosts) {
    double[] all = new double[start.parameterCount()];
    int at = 0;
    for (int k = 0; k < hosts.size(); k++) {
      if (k % 2 == 1 && !start.stages().get(k / 2).biased()) {
        continue; // stays 0
      }
      HostMatrix host = hosts.get(k);
      backend.download(parts.get(k), host);
      for (long i = 0; i < host.rows(); i++) {
        for (long j = 0; j < host.cols(); j++) {
          all[at++] = host.get(i, j);
        }
      }
    }
    return all;
  }

  @Override
  public double evaluate(List<DeviceMatrix> point, List<DeviceMatrix> gradient) {
    LayerOps ops = backend.layers();
    for (int l = 0; l < z.size(); l++) {
      ops.forward(parameters(point, l), in(l), z.get(l), a.get(l));
      if (start.stages().get(l).bridged()) {
        ops.add(1, in(l), 1, a.get(l));
      }
    }
    risk.loss().compute(ops, a.getLast(), y, losses, error.getLast());
    for (int l = z.size() - 1; l >= 0; l--) {
      backward(ops, point, gradient, l);
    }
    backend.download(losses, sampleLosses);
    double sum = 0;
    for (long i = 0; i < sampleLosses.rows(); i++) {
      sum += sampleLosses.get(i, 0);
    }
    return sum;
  }

  private void backward(
      LayerOps ops, List<DeviceMatrix> point, List<DeviceMatrix> gradient, int l) {
    boolean bridged = start.stages().get(l).bridged();
    if (bridged) {
      ops.add(1, error.get(l), 0, kept.get(l));
    }
    DenseGradient to = new DenseGradient(gradient.get(2 * l), Optional.of(gradient.get(2 * l + 1)));
    if (l == 0) {
      ops.backward(parameters(point, l), x, z.get(l), error.get(l), to);
    } else {
      ops.backward(parameters(point, l), in(l), z.get(l), error.get(l), to, error.get(l - 1));
    }
    if (bridged && l > 0) {
      ops.add(1, kept.get(l), 1, error.get(l - 1));
    }
    if (!start.stages().get(l).biased()) {
      ops.add(0, point.get(2 * l + 1), 0, gradient.get(2 * l + 1));
    }
  }

  private DenseParameters parameters(List<DeviceMatrix> point, int l) {
    return new DenseParameters(
        point.get(2 * l), Optional.of(point.get(2 * l + 1)), start.stages().get(l).activation());
  }

  private DeviceMatrix in(int l) {
    return l == 0 ? x : a.get(l - 1);
  }

  private DeviceMatrix upload(double[][] values) {
    try (HostMatrix host = HostMatrix.of(values)) {
      return owned.add(backend.upload(host));
    }
  }

  private DeviceMatrix matrix(long cols) {
    return owned.add(backend.allocate(DType.FLOAT64, risk.samples(), cols));
  }

  @Override
  public void close() {
    owned.close();
  }
}
