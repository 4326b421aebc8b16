package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.sparsity.SparsityStudyResult.Known;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.MatrixUtils;

/**
 * Trains networks on small problems whose least loss is known: the example of N²/4 neurons, linear
 * networks on X = I, and a two-layer problem with a certified optimum.
 */
final class KnownOptima {
  /**
   * Small weights and many steps of Adam come closest to the optimum of relu networks; deep linear
   * ones lose singular values that way.
   */
  private static final double SMALL = 0.3;

  private static final int MANY_STEPS = 3000;
  private static final int FEW_STEPS = 500;
  private static final double RATE = 0.01;
  private static final int ROUNDS = 20;
  private static final int ITERATIONS = 200;

  private final int starts;
  private final long seed;

  /**
   * One problem.
   *
   * @param x inputs, samples in columns
   * @param y targets, samples in columns
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Problem(
      String name,
      double[][] x,
      double[][] y,
      Activation activation,
      int layers,
      int width,
      double lambda,
      double optimum,
      OptionalDouble bound) {}

  /**
   * Prepares training.
   *
   * @param starts initialisations of each, of which the best counts
   */
  KnownOptima(int starts, long seed) {
    this.starts = starts;
    this.seed = seed;
  }

  List<Known> run(Jobs jobs) {
    return run(jobs, problems());
  }

  List<Known> run(Jobs jobs, List<Problem> problems) {
    Known[] known = new Known[problems.size()];
    jobs.run(
        "training networks of known optima",
        known.length,
        (backend, i) -> known[i] = train(backend, problems.get(i)));
    return List.of(known);
  }

  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    bipartite(problems, 4, 0.01, 1, 2, 3, 4, 5);
    bipartite(problems, 6, 0.005, 5, 6, 7, 8, 9, 10);
    bipartite(problems, 8, 0.003, 12, 14, 15, 16, 17);
    double[][] x = MatrixUtils.createRealIdentityMatrix(4).getData();
    double[][] y = grid(3, 4, 0.9, 1.7, 0.2);
    for (int i = 0; i < 3; i++) {
      y[i][i] += 1;
    }
    double[] lambdas = {0.05, 0.03, 0.02};
    for (int layers = 2; layers <= 4; layers++) {
      double lambda = lambdas[layers - 2];
      problems.add(
          new Problem(
              "linear network of " + layers + " layers on X = I",
              x,
              y,
              Activation.IDENTITY,
              layers,
              3,
              lambda,
              LinearOptimum.of(x, y, layers, lambda).loss(),
              OptionalDouble.empty()));
    }
    double[][] inputs = grid(3, 6, 0.7, 1.3, 0.5);
    for (int i = 0; i < 3; i++) {
      inputs[i][i] += 0.3;
    }
    double[][] targets = grid(2, 6, 1.1, 0.9, -0.3);
    DepthTwoOptimum optimum = DepthTwoOptimum.of(inputs, targets, 0.02, 1e-12, seed);
    for (int width : new int[] {4, 5, 6, 8}) {
      problems.add(
          new Problem(
              "relu network of two layers, certified",
              inputs,
              targets,
              Activation.RELU,
              2,
              width,
              0.02,
              optimum.loss(),
              OptionalDouble.of(optimum.bound())));
    }
    return problems;
  }

  private static void bipartite(List<Problem> problems, int samples, double lambda, int... widths) {
    BipartiteExample example = new BipartiteExample(samples);
    for (int width : widths) {
      problems.add(
          new Problem(
              "example of N²/4 = " + example.neurons() + " neurons",
              example.inputs(),
              example.targets(),
              Activation.RELU,
              2,
              width,
              lambda,
              example.bound(lambda),
              OptionalDouble.of(example.bound(width, lambda))));
    }
  }

  /** Returns sin(a i + b j + c), n×m. */
  private static double[][] grid(int n, int m, double a, double b, double c) {
    double[][] grid = new double[n][m];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        grid[i][j] = Math.sin(a * i + b * j + c);
      }
    }
    return grid;
  }

  private Known train(Backend backend, Problem problem) {
    List<Integer> widths = new ArrayList<>(List.of(problem.x().length));
    widths.addAll(Collections.nCopies(problem.layers() - 1, problem.width()));
    widths.add(problem.y().length);
    boolean linear = problem.activation().equals(Activation.IDENTITY);
    RidgePlan plan =
        new RidgePlan(
            starts,
            linear ? FEW_STEPS : MANY_STEPS,
            RATE,
            ROUNDS,
            ITERATIONS,
            linear ? 1 : SMALL,
            seed);
    DenseShape shape = DenseShape.of(widths, problem.activation());
    try (HostMatrix x = rows(problem.x());
        HostMatrix y = rows(problem.y())) {
      RidgeProblem ridge = new RidgeProblem(x, y, Loss.MSE, problem.lambda(), 0);
      try (RidgeTraining training = new RidgeTraining(backend, ridge, shape, true);
          RidgeFit fit = training.best(plan)) {
        CovarianceResult result = CovarianceForm.measure(backend, fit.network(), ridge);
        return new Known(
            problem.name(),
            problem.width(),
            problem.lambda(),
            fit.loss(),
            problem.optimum(),
            problem.bound(),
            result.layers().getFirst().effectiveNeuronsCoarse());
      }
    }
  }

  /** Returns samples in rows. */
  private static HostMatrix rows(double[][] columns) {
    return HostMatrix.of(new Array2DRowRealMatrix(columns, false).transpose().getData());
  }
}
