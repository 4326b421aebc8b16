package dev.lamina.benchmarks;

import java.util.Arrays;
import java.util.List;

/**
 * Small pieces of work: what the suites {@code kernel} and {@code layer-step} take apart, and what
 * JMH times.
 */
public enum MicroWork {
  /** The lower triangle of X Xᵀ, mirrored. */
  GRAM(Kind.GRAM, "Gram matrix", ""),
  /** A Gaussian kernel matrix. */
  GAUSSIAN(Kind.STATIONARY, "gaussian(lengthScale=3)", ""),
  /** A Laplace kernel matrix. */
  LAPLACE(Kind.STATIONARY, "laplace(lengthScale=3)", ""),
  /** A Matérn kernel matrix. */
  MATERN(Kind.STATIONARY, "matern(nu=2.5, lengthScale=3)", ""),
  /** A rational quadratic kernel matrix. */
  RATIONAL_QUADRATIC(Kind.STATIONARY, "rationalQuadratic(alpha=1.5, lengthScale=3)", ""),
  /** The NNGP kernel matrix of a deep relu network. */
  NNGP_RELU(Kind.NETWORK, "nngp", ""),
  /** The tangent kernel matrix of a deep relu network. */
  NTK_RELU(Kind.NETWORK, "ntk", ""),
  /** The same with biases. */
  NTK_RELU_BIAS(Kind.NETWORK, "ntk", "biasVariance=0.1"),
  /** The tangent kernel matrix of a deep erf network. */
  NTK_ERF(Kind.NETWORK, "ntk", "activation=erf"),
  /** The tangent kernel matrix of a deep gelu network. */
  NTK_GELU(Kind.NETWORK, "ntk", "activation=gelu"),
  /** The tangent kernel matrix of a deep sin network. */
  NTK_SIN(Kind.NETWORK, "ntk", "activation=sin"),
  /** The tangent kernel matrix of a deep tanh network. */
  NTK_TANH(Kind.NETWORK, "ntk", "activation=tanh"),
  /** Rectifies a matrix. */
  RELU(Kind.FORWARD, "relu", ""),
  /** Copies a matrix and multiplies it by the slopes of relu. */
  RELU_BACK(Kind.BACK, "relu", ""),
  /** Applies gelu to a matrix. */
  GELU(Kind.FORWARD, "gelu", ""),
  /** Copies a matrix and multiplies it by the slopes of gelu. */
  GELU_BACK(Kind.BACK, "gelu", ""),
  /** A step of gradient descent with momentum. */
  SGD(Kind.SGD, "step of SGD with momentum", ""),
  /** A step of Adam. */
  ADAM(Kind.ADAM, "step of Adam", "");

  /** What is done, and how many matrices of a layer it reads or writes once. */
  enum Kind {
    GRAM(0),
    STATIONARY(0),
    NETWORK(0),
    FORWARD(2),
    BACK(5),
    SGD(5),
    ADAM(7);

    private final int matrices;

    Kind(int matrices) {
      this.matrices = matrices;
    }

    /** Returns how many matrices an operation of layers reads or writes; 0 for others. */
    int matrices() {
      return matrices;
    }
  }

  private final Kind kind;
  private final String subject;
  private final String parameters;

  MicroWork(Kind kind, String subject, String parameters) {
    this.kind = kind;
    this.subject = subject;
    this.parameters = parameters;
  }

  /** {@return what is done, in words} */
  public String text() {
    return switch (kind) {
      case GRAM, SGD, ADAM -> subject;
      case STATIONARY, NETWORK -> entries().name();
      case FORWARD -> subject + " forward";
      case BACK -> "copy and " + subject + " backward";
    };
  }

  Kind kind() {
    return kind;
  }

  /** Returns the activation of a layer, or the form of a kernel. */
  String subject() {
    return subject;
  }

  /** Returns the kernel. */
  EntryCase entries() {
    return switch (kind) {
      case STATIONARY -> EntryCase.stationary(subject);
      case NETWORK -> EntryCase.network(subject, parameters);
      case GRAM, FORWARD, BACK, SGD, ADAM ->
          throw new IllegalStateException(this + " is no kernel");
    };
  }

  /** Returns the kernels. */
  static List<MicroWork> kernels() {
    return Arrays.stream(values())
        .filter(work -> work.kind == Kind.STATIONARY || work.kind == Kind.NETWORK)
        .toList();
  }

  /** Returns the operations of layers. */
  static List<MicroWork> layerOperations() {
    return Arrays.stream(values()).filter(work -> work.kind.matrices() > 0).toList();
  }
}
