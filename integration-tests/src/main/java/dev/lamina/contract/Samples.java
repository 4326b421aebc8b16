package dev.lamina.contract;

import dev.lamina.kernel.Kernel;
import java.util.List;

/** The kernels, sizes and networks that the contracts go through. */
final class Samples {

  /** Kernels whose oracle is cheap enough for every entry of a large matrix. */
  static final List<String> CHEAP =
      List.of(
          "linear()",
          "linear(offset=0.5)",
          "polynomial(degree=3, scale=0.2, offset=1)",
          "gaussian(lengthScale=2)",
          "laplace(lengthScale=3)",
          "rationalQuadratic(alpha=0.7, lengthScale=1.5)",
          "0.5*gaussian(lengthScale=3) + 2*linear()*laplace(lengthScale=4)");

  /** The other kernels: every record, every activation, every option of networks. */
  static final List<String> COSTLY =
      List.of(
          "matern(nu=0.5, lengthScale=3)",
          "matern(nu=1.5, lengthScale=2)",
          "matern(nu=2.5, lengthScale=2)",
          "matern(nu=3.5, lengthScale=2)",
          "matern(nu=1.2, lengthScale=2)",
          "arcCosine(order=0)",
          "arcCosine(order=1)",
          "arcCosine(order=2)",
          "nngp(depth=1)",
          "nngp(depth=3, biasVariance=0.1)",
          "ntk(depth=3)",
          "ntk(depth=3, weightVariance=1.7, biasVariance=0.1)",
          "ntk(depth=3, activation=leakyRelu(slope=0.2))",
          "ntk(depth=2, activation=abs, weightVariance=1)",
          "ntk(depth=2, activation=identity, weightVariance=1, biasVariance=0.3)",
          "nngp(depth=2, activation=sign, weightVariance=1.5, biasVariance=0.2)",
          "ntk(depth=2, activation=erf)",
          "ntk(depth=2, activation=gelu, biasVariance=0.1)",
          "ntk(depth=2, activation=sin, weightVariance=1.5)",
          "ntk(depth=2, activation=cos, weightVariance=1.5, biasVariance=0.1)",
          "ntk(depth=1, activation=exp, weightVariance=0.5)",
          "ntk(depth=2, activation=tanh)",
          "ntk(depth=2, activation=sigmoid, biasVariance=0.1)",
          "ntk(depth=2, activation=softplus, weightVariance=1)",
          "ntk(depth=2, activation=silu)",
          "ntk(depth=1, activation=polynomial(coefficients=[0.5, 1, 0.3]), weightVariance=1)",
          "ntk(depth=1, activation=hermite(coefficients=[0.1, 0.7, 0.2, 0.1]), weightVariance=1)",
          "ntk(depth=3, activation=[relu, erf, abs], weightVariance=[1.5, 2, 1, 0.8],"
              + " biasVariance=[0.1, 0, 0.2, 0.3])",
          "ntk(depth=4, residual=true, weightVariance=0.7)",
          "ntk(depth=2, activation=gelu, residual=true, weightVariance=0.5, biasVariance=0.1)",
          "ntk(depth=2, parametrization=standard, width=[64, 32])",
          "ntk(depth=2, activation=tanh, biasVariance=[0.1, 0, 0.2], parametrization=standard,"
              + " width=16)",
          "0.5*ntk(depth=2)",
          "nngp(depth=1)*gaussian(lengthScale=3) + 0.1");

  /** The awkward sizes: around vector lengths, tile edges and nothing in particular. */
  static final int[] SIZES = {1, 2, 3, 7, 31, 32, 33, 127, 128, 129, 1000, 1023, 1025};

  private Samples() {}

  static Kernel kernel(String text) {
    return Kernel.parse(text);
  }

  /** Returns the kernels that have an angle. */
  static List<String> angled() {
    return COSTLY.stream().filter(text -> kernel(text).hasAngle()).toList();
  }
}
