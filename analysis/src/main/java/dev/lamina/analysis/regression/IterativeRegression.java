package dev.lamina.analysis.regression;

import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.Preconditioner;

/**
 * Regression with a kernel whose matrix is never stored: α = (K + σ²I)⁻¹Y by preconditioned
 * conjugate gradients (Gardner et al. 2018), where each step evaluates the kernel anew.
 *
 * <p>Memory is N·(d + C + rank) numbers, so that the number of samples is limited by time, N² d
 * operations a step. There is a mean, but neither variance nor likelihood: those need the factor of
 * {@link GaussianProcess}.
 */
public final class IterativeRegression implements AutoCloseable {
  private final Backend backend;
  private final Kernel kernel;
  private final IterativeSettings settings;
  private final Inputs train;
  private final HostMatrix weights;
  private final ConjugateGradient.Result convergence;

  private IterativeRegression(
      Backend backend,
      Kernel kernel,
      IterativeSettings settings,
      Inputs train,
      HostMatrix weights,
      ConjugateGradient.Result convergence) {
    this.backend = backend;
    this.kernel = kernel;
    this.settings = settings;
    this.train = train;
    this.weights = weights;
    this.convergence = convergence;
  }

  /**
   * Iterates until the tolerance or the iteration limit is reached; {@link #convergence} says
   * which.
   *
   * @param backend what computes; must stay open as long as the model is used
   * @param kernel k
   * @param x training inputs, N×d, N ≥ 1; must stay open as long as the model is used
   * @param y targets, N×C, finite
   * @param settings noise, precision and when to stop
   * @param progress advances by one with each product with the kernel matrix, of which there are at
   *     most few more than the iteration limit
   * @return the model; the caller closes it
   */
  public static IterativeRegression fit(
      Backend backend,
      Kernel kernel,
      HostMatrix x,
      HostMatrix y,
      IterativeSettings settings,
      Progress progress) {
    Inputs.require("iterative fit", x, y);
    Inputs train = Inputs.of(x, settings.precision().kernelType());
    progress.begin("conjugate gradients", settings.maxIterations());
    HostMatrix weights = null;
    try (HostMatrix targets = y.copy(DType.FLOAT64)) {
      weights = HostMatrix.allocate(DType.FLOAT64, y.rows(), y.cols());
      ConjugateGradient.Result convergence =
          backend
              .solve()
              .conjugateGradient(
                  new RidgeOperator(backend, kernel, train.matrix(), settings.noise(), progress),
                  targets,
                  weights,
                  conjugateGradient(kernel, train.matrix(), settings));
      return new IterativeRegression(backend, kernel, settings, train, weights, convergence);
    } catch (RuntimeException | Error e) {
      if (weights != null) {
        weights.close();
      }
      train.close();
      throw e;
    }
  }

  private static ConjugateGradient conjugateGradient(
      Kernel kernel, HostMatrix x, IterativeSettings settings) {
    int rank = Math.toIntExact(Math.min(settings.rank(), x.rows()));
    Preconditioner preconditioner =
        rank == 0
            ? new Preconditioner.None()
            : new Preconditioner.PivotedCholesky(kernel, x, settings.noise(), rank);
    return new ConjugateGradient(settings.tolerance(), settings.maxIterations(), preconditioner);
  }

  /** {@return the settings of the fit} */
  public IterativeSettings settings() {
    return settings;
  }

  /** {@return the number of steps, the residual reached and whether it is within the tolerance} */
  public ConjugateGradient.Result convergence() {
    return convergence;
  }

  /**
   * Returns the predicted means.
   *
   * @param test M×d
   * @return M×C float64; the caller closes it
   */
  public HostMatrix mean(HostMatrix test) {
    return KernelMean.of(backend, kernel, train, weights, test);
  }

  /** Frees the weights. */
  @Override
  public void close() {
    weights.close();
    train.close();
  }
}
