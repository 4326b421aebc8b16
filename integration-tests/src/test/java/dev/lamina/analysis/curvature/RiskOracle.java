package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.training.Loss;
import dev.lamina.kernel.Activation;
import org.hipparchus.analysis.differentiation.DSFactory;
import org.hipparchus.analysis.differentiation.DerivativeStructure;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The risk as a formula in numbers that carry their first and second derivatives with respect to
 * all parameters (Hipparchus): exact to rounding, and without back-propagation.
 */
final class RiskOracle {
  private final Perceptron network;
  private final Risk risk;
  private final DerivativeStructure[] theta;
  private final DerivativeStructure value;

  RiskOracle(Perceptron network, Risk risk) {
    this.network = network;
    this.risk = risk;
    double[] parameters = network.parameters();
    DSFactory factory = new DSFactory(parameters.length, 2);
    this.theta = new DerivativeStructure[parameters.length];
    for (int k = 0; k < theta.length; k++) {
      theta[k] = factory.variable(k, parameters[k]);
    }
    DerivativeStructure sum = factory.constant(0);
    for (int i = 0; i < risk.samples(); i++) {
      sum = sum.add(loss(outputs(risk.x().getRow(i)), risk.y().getRow(i)));
    }
    this.value = sum.divide(risk.samples());
  }

  double value() {
    return value.getValue();
  }

  double[] gradient() {
    double[] gradient = new double[theta.length];
    for (int k = 0; k < theta.length; k++) {
      gradient[k] = value.getPartialDerivative(orders(k, -1));
    }
    return gradient;
  }

  RealMatrix hessian() {
    RealMatrix hessian = MatrixUtils.createRealMatrix(theta.length, theta.length);
    for (int k = 0; k < theta.length; k++) {
      for (int j = 0; j < theta.length; j++) {
        hessian.setEntry(k, j, value.getPartialDerivative(orders(k, j)));
      }
    }
    return hessian;
  }

  private int[] orders(int k, int j) {
    int[] orders = new int[theta.length];
    orders[k]++;
    if (j >= 0) {
      orders[j]++;
    }
    return orders;
  }

  private DerivativeStructure[] outputs(double[] x) {
    DerivativeStructure[] a = new DerivativeStructure[x.length];
    for (int j = 0; j < x.length; j++) {
      a[j] = theta[0].getField().getZero().add(x[j]);
    }
    int at = 0;
    for (Stage stage : network.stages()) {
      DerivativeStructure[] next = new DerivativeStructure[stage.outputs()];
      for (int i = 0; i < next.length; i++) {
        DerivativeStructure u = theta[at + next.length * a.length + i];
        for (int j = 0; j < a.length; j++) {
          u = u.add(theta[at + i * a.length + j].multiply(a[j]));
        }
        next[i] = phi(stage.activation(), u);
        next[i] = stage.bridged() ? next[i].add(a[i]) : next[i];
      }
      at += stage.parameters();
      a = next;
    }
    return a;
  }

  private static DerivativeStructure phi(Activation activation, DerivativeStructure u) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> u.getValue() > 0 ? u : u.multiply(p.slope());
      case Activation.Elu _ -> u.getValue() > 0 ? u : u.exp().subtract(1);
      case Activation.Smooth s ->
          switch (s) {
            case TANH -> u.tanh();
            case SIN -> u.sin();
            case SIGMOID -> u.negate().exp().add(1).reciprocal();
            case SOFTPLUS -> u.exp().add(1).log();
            case SILU -> u.divide(u.negate().exp().add(1));
            case ERF, GELU, COS, EXP -> throw new AssertionError(s);
          };
      default -> throw new AssertionError(activation);
    };
  }

  private DerivativeStructure loss(DerivativeStructure[] f, double[] y) {
    DerivativeStructure sum = f[0].getField().getZero();
    if (risk.loss() != Loss.CROSS_ENTROPY) {
      for (int c = 0; c < f.length; c++) {
        sum = sum.add(f[c].subtract(y[c]).pow(2));
      }
      return risk.loss() == Loss.MSE ? sum : sum.divide(f.length);
    }
    for (DerivativeStructure score : f) {
      sum = sum.add(score.exp());
    }
    DerivativeStructure loss = f[0].getField().getZero();
    for (int c = 0; c < f.length; c++) {
      loss = loss.add(sum.log().subtract(f[c]).multiply(y[c]));
    }
    return loss;
  }
}
