package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.kernel.Activation;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * A number v + a ε₁ + b ε₂ + c ε₁ε₂ with ε₁² = ε₂² = 0: a function of it has its value, two
 * directional derivatives and their mixed second derivative, exact to rounding. With it networks
 * are evaluated as they are written down, without back-propagation.
 */
record HyperDual(double v, double a, double b, double c) {
  private static HyperDual of(double v) {
    return new HyperDual(v, 0, 0, 0);
  }

  private HyperDual plus(HyperDual o) {
    return new HyperDual(v + o.v, a + o.a, b + o.b, c + o.c);
  }

  private HyperDual times(HyperDual o) {
    return new HyperDual(
        v * o.v, v * o.a + a * o.v, v * o.b + b * o.v, v * o.c + a * o.b + b * o.a + c * o.v);
  }

  private HyperDual map(double f, double first, double second) {
    return new HyperDual(f, first * a, first * b, first * c + second * a * b);
  }

  private HyperDual activated(Activation activation) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> v > 0 ? this : map(p.slope() * v, p.slope(), 0);
      case Activation.HardTanh _ -> Math.abs(v) < 1 ? this : map(Math.signum(v), 0, 0);
      case Activation.Elu _ -> v > 0 ? this : map(Math.exp(v) - 1, Math.exp(v), Math.exp(v));
      case Activation.Smooth s when s == Activation.Smooth.TANH -> {
        double t = Math.tanh(v);
        yield map(t, 1 - t * t, -2 * t * (1 - t * t));
      }
      case Activation.Smooth s when s == Activation.Smooth.SIN ->
          map(Math.sin(v), Math.cos(v), -Math.sin(v));
      default -> throw new AssertionError(activation);
    };
  }

  /** The outputs for one sample along the directions of parameters k and j; −1 for none. */
  private static HyperDual[] outputs(Perceptron network, double[] theta, double[] x, int k, int j) {
    HyperDual[] in = new HyperDual[x.length];
    for (int i = 0; i < x.length; i++) {
      in[i] = of(x[i]);
    }
    int at = 0;
    for (Stage stage : network.stages()) {
      HyperDual[] next = new HyperDual[stage.outputs()];
      int bias = at + stage.outputs() * stage.inputs();
      for (int o = 0; o < next.length; o++) {
        HyperDual u = parameter(theta, bias + o, k, j);
        for (int i = 0; i < in.length; i++) {
          u = u.plus(parameter(theta, at + o * in.length + i, k, j).times(in[i]));
        }
        next[o] = u.activated(stage.activation());
      }
      at = bias + stage.outputs();
      in = next;
    }
    return in;
  }

  private static HyperDual parameter(double[] theta, int index, int k, int j) {
    return new HyperDual(theta[index], index == k ? 1 : 0, index == j ? 1 : 0, 0);
  }

  /** Row i·outputs + c: the derivatives of output c for sample i. */
  static RealMatrix jacobian(Perceptron network, RealMatrix x) {
    double[] theta = network.parameters();
    int classes = network.width(network.depth());
    RealMatrix jacobian = MatrixUtils.createRealMatrix(x.getRowDimension() * classes, theta.length);
    for (int k = 0; k < theta.length; k++) {
      for (int i = 0; i < x.getRowDimension(); i++) {
        HyperDual[] f = outputs(network, theta, x.getRow(i), k, -1);
        for (int c = 0; c < classes; c++) {
          jacobian.setEntry(i * classes + c, k, f[c].a);
        }
      }
    }
    return jacobian;
  }

  static RealMatrix outputs(Perceptron network, RealMatrix x) {
    double[] theta = network.parameters();
    RealMatrix all =
        MatrixUtils.createRealMatrix(x.getRowDimension(), network.width(network.depth()));
    for (int i = 0; i < x.getRowDimension(); i++) {
      HyperDual[] f = outputs(network, theta, x.getRow(i), -1, -1);
      for (int c = 0; c < f.length; c++) {
        all.setEntry(i, c, f[c].v);
      }
    }
    return all;
  }

  /** The gradient of (1/n) Σ ‖f(x) − y‖². */
  static double[] gradient(Perceptron network, RealMatrix x, RealMatrix y) {
    double[] theta = network.parameters();
    double[] gradient = new double[theta.length];
    for (int k = 0; k < theta.length; k++) {
      gradient[k] = risk(network, theta, x, y, k, -1).a;
    }
    return gradient;
  }

  /** Its Hessian. */
  static RealMatrix hessian(Perceptron network, RealMatrix x, RealMatrix y) {
    double[] theta = network.parameters();
    RealMatrix hessian = MatrixUtils.createRealMatrix(theta.length, theta.length);
    for (int k = 0; k < theta.length; k++) {
      for (int j = 0; j <= k; j++) {
        double second = risk(network, theta, x, y, k, j).c;
        hessian.setEntry(k, j, second);
        hessian.setEntry(j, k, second);
      }
    }
    return hessian;
  }

  private static HyperDual risk(
      Perceptron network, double[] theta, RealMatrix x, RealMatrix y, int k, int j) {
    HyperDual sum = of(0);
    for (int i = 0; i < x.getRowDimension(); i++) {
      HyperDual[] f = outputs(network, theta, x.getRow(i), k, j);
      for (int c = 0; c < f.length; c++) {
        HyperDual left = f[c].plus(of(-y.getEntry(i, c)));
        sum = sum.plus(left.times(left));
      }
    }
    return sum.times(of(1.0 / x.getRowDimension()));
  }
}
