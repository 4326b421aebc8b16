package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.SolveOps;

/**
 * The forms that need no N×N matrix if only a linear read-out is above the layer (derived: the
 * identities of Woodbury and of the determinant lemma).
 *
 * <p>With a = σ_a²/n, F = √a Φ, M = FᵀF + σ²I and A₀ = FFᵀ + σ²I, so A = A₀ + σ_b² 11ᵀ,
 *
 * <pre>
 *   u = M⁻¹ΦᵀY,   A₀⁻¹Y = (Y − aΦu)/σ²,   log det A₀ = log det M + (N − n) log σ²,
 *   h = A₀⁻¹1,    t = 1ᵀh = σ²‖h‖² + a‖u₁‖²,   c = σ_b²/(1 + σ_b² t),
 *   α = A₀⁻¹Y − c h hᵀY,   Fᵀα = √a u_α,  u_α = u − c u₁ hᵀY,
 *   log det A = log det A₀ + log(1 + σ_b² t),
 *   ∂(log det A)/∂Φ = 2a (ΦM⁻¹ − c h u₁ᵀ),   ∂(½ tr YᵀA⁻¹Y)/∂Φ = −a α u_αᵀ.
 * </pre>
 *
 * <p>The bias is a constant feature taken in by a change of rank one, so a free bias (σ_b² → ∞) is
 * c = 1/t. The data term is summed as ½ tr αᵀAα = ½(σ²‖α‖² + a‖u_α‖² + σ_b²‖1ᵀα‖²), terms that are
 * all positive, because YᵀY − YᵀFM⁻¹FᵀY cancels for small noise.
 */
final class FeatureObjective implements LayerObjective {
  private static final String WHAT = "layer loss: matrices of features";

  private final Backend backend;
  private final ObjectiveSettings settings;
  private final Workspace workspace;
  private long reserved;

  FeatureObjective(Backend backend, ObjectiveSettings settings) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = new Workspace(backend);
  }

  /** A solution of A α = Y in both spaces. */
  private record Solution(DeviceMatrix alpha, DeviceMatrix u) {}

  /** What the bias needs of A₀⁻¹1. */
  private record Bias(DeviceMatrix h, DeviceMatrix u, double t, double c) {}

  /** Returns the device memory of a shape in bytes. */
  static long bytes(long samples, long features, long outputs, DType dtype) {
    long entries =
        Math.addExact(
            Math.multiplyExact(features, features),
            Math.addExact(
                Math.multiplyExact(samples, 3 * outputs + 2),
                Math.multiplyExact(features, 2 * outputs + 1)));
    return Math.multiplyExact(entries + 2 * outputs, (long) dtype.bytes());
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets) {
    return loss(activations, targets, null);
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets, DeviceMatrix gradient) {
    Shapes.requireGradient(activations, gradient);
    return loss(activations, targets, gradient);
  }

  private LayerLoss loss(DeviceMatrix phi, DeviceMatrix targets, DeviceMatrix gradient) {
    Shapes.require(phi, targets);
    prepare(phi, targets);
    GramOps gram = backend.gram();
    SolveOps solve = backend.solve();
    double noise = settings.noiseOf(phi.rows());
    DeviceMatrix y = settings.centred() ? Centring.rows(backend, workspace, targets) : targets;
    DeviceMatrix m = workspace.matrix("features", phi.dtype(), phi.cols(), phi.cols());
    gram.gemm(phi, true, phi, false, scale(phi), 0, m);
    Factor.replace(backend, workspace, m, noise);
    double logDeterminant = solve.logDeterminant(m) + (phi.rows() - phi.cols()) * Math.log(noise);
    Bias bias = bias(phi, m, noise);
    Solution solution = solve("alpha", phi, m, y, noise);
    double square = takeBias(bias, y, solution);
    double fit =
        (noise * gram.dot(solution.alpha(), solution.alpha())
                + scale(phi) * gram.dot(solution.u(), solution.u())
                + (settings.centred() ? 0 : settings.biasVariance() * square))
            / 2;
    double determinant = logDeterminant + biasDeterminant(bias, phi.rows(), noise);
    if (gradient != null) {
      gradient(phi, m, bias, solution, noise, gradient);
    }
    return new LayerLoss(value(fit, determinant, y, solution, noise), fit, determinant);
  }

  private double value(
      double fit, double logDeterminant, DeviceMatrix y, Solution solution, double noise) {
    return switch (settings.form()) {
      case EVIDENCE ->
          fit
              + y.cols()
                  / 2.0
                  * (settings.centred() ? logDeterminant - Math.log(noise) : logDeterminant);
      case TRAINING_ERROR ->
          noise * noise / 2 * backend.gram().dot(solution.alpha(), solution.alpha());
      case RIDGE_READOUT -> noise * fit;
      default -> fit;
    };
  }

  /** Returns log det(HKH + σ²I) or log det A, less log det A₀. */
  private double biasDeterminant(Bias bias, long samples, double noise) {
    return settings.centred()
        ? Math.log(bias.t() * noise / samples)
        : Math.log1p(settings.biasVariance() * bias.t());
  }

  private Bias bias(DeviceMatrix phi, DeviceMatrix m, double noise) {
    GramOps gram = backend.gram();
    Solution one = solve("bias", phi, m, workspace.ones(phi.dtype(), phi.rows()), noise);
    double t = noise * gram.dot(one.alpha(), one.alpha()) + scale(phi) * gram.dot(one.u(), one.u());
    double variance = settings.biasVariance();
    double c = settings.centred() ? 1 / t : variance / (1 + variance * t);
    return new Bias(one.alpha(), one.u(), t, c);
  }

  /** Returns A₀⁻¹Y and M⁻¹ΦᵀY. */
  private Solution solve(
      String name, DeviceMatrix phi, DeviceMatrix m, DeviceMatrix y, double noise) {
    GramOps gram = backend.gram();
    DeviceMatrix alpha = workspace.matrix(name, y.dtype(), y.rows(), y.cols());
    DeviceMatrix u = workspace.matrix(name + " features", y.dtype(), phi.cols(), y.cols());
    gram.gemm(phi, true, y, false, 1, 0, u);
    backend.solve().solve(m, u);
    backend.layers().add(1 / noise, y, 0, alpha);
    gram.gemm(phi, false, u, false, -scale(phi) / noise, 1, alpha);
    return new Solution(alpha, u);
  }

  /** Makes A₀⁻¹Y to A⁻¹Y and returns ‖1ᵀA⁻¹Y‖². */
  private double takeBias(Bias bias, DeviceMatrix y, Solution solution) {
    GramOps gram = backend.gram();
    DeviceMatrix row = workspace.matrix("bias products", y.dtype(), 1, y.cols());
    gram.gemm(bias.h(), true, y, false, 1, 0, row);
    if (bias.c() > 0) {
      gram.gemm(bias.h(), false, row, false, -bias.c(), 1, solution.alpha());
      gram.gemm(bias.u(), false, row, false, -bias.c(), 1, solution.u());
    }
    double rest = 1 - bias.c() * bias.t();
    return gram.dot(row, row) * rest * rest;
  }

  private void gradient(
      DeviceMatrix phi,
      DeviceMatrix m,
      Bias bias,
      Solution solution,
      double noise,
      DeviceMatrix gradient) {
    GramOps gram = backend.gram();
    double a = scale(phi);
    switch (settings.form()) {
      case EVIDENCE -> {
        double outputs = solution.alpha().cols();
        backend.solve().inverse(m);
        gram.gemm(phi, false, m, false, a * outputs, 0, gradient);
        gram.gemm(bias.h(), false, bias.u(), true, -a * outputs * bias.c(), 1, gradient);
        gram.gemm(solution.alpha(), false, solution.u(), true, -a, 1, gradient);
      }
      case TRAINING_ERROR -> {
        Solution twice = solve("beta", phi, m, solution.alpha(), noise);
        takeBias(bias, solution.alpha(), twice);
        double factor = -a * noise * noise;
        gram.gemm(twice.alpha(), false, solution.u(), true, factor, 0, gradient);
        gram.gemm(solution.alpha(), false, twice.u(), true, factor, 1, gradient);
      }
      case RIDGE_READOUT ->
          gram.gemm(solution.alpha(), false, solution.u(), true, -a * noise, 0, gradient);
      default -> gram.gemm(solution.alpha(), false, solution.u(), true, -a, 0, gradient);
    }
  }

  private double scale(DeviceMatrix phi) {
    return settings.readoutVariance() / phi.cols();
  }

  private void prepare(DeviceMatrix phi, DeviceMatrix targets) {
    long needed = bytes(phi.rows(), phi.cols(), targets.cols(), phi.dtype());
    if (needed != reserved) {
      close();
      MemoryBudget budget = backend.budget();
      long usable = GramPlan.usable(budget);
      if (needed > usable) {
        throw LayerMemoryException.ofFeatures(phi, needed, usable, budget);
      }
      workspace.reserve(needed, WHAT);
      reserved = needed;
    }
  }

  @Override
  public void close() {
    workspace.close();
    reserved = 0;
  }
}
