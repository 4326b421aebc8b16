package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.GramOps;

/**
 * An objective through the kernel matrix K⁽ᵖ⁾: the chain up, centring, a loss of the matrix, and
 * the same way back.
 */
final class GramObjective implements LayerObjective {
  private final Backend backend;
  private final ObjectiveSettings settings;
  private final Workspace workspace;
  private final KernelChain chain;
  private final KernelLoss loss;
  private GramPlan plan;

  GramObjective(Backend backend, ObjectiveSettings settings) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = new Workspace(backend);
    this.chain = new KernelChain(backend, settings, workspace);
    this.loss =
        switch (settings.form()) {
          case EVIDENCE, FIT, TRAINING_ERROR, RIDGE_READOUT ->
              new SolvedLoss(backend, settings, workspace);
          case LOO_NLL, LOO_MSE -> new LeaveOneOutLoss(backend, settings, workspace);
          case HIGH_NOISE -> new HighNoiseLoss(backend, settings, workspace);
          case HSIC, ALIGNMENT -> new DependenceLoss(backend, settings, workspace);
        };
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets) {
    prepare(activations, targets, false);
    DeviceMatrix k = chain.top(activations, GramPlan.forward(settings));
    return loss(k, targets, activations.rows(), false);
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets, DeviceMatrix gradient) {
    Shapes.requireGradient(activations, gradient);
    prepare(activations, targets, true);
    DeviceMatrix k = chain.top(activations, plan.chain());
    LayerLoss result = loss(k, targets, activations.rows(), true);
    chain.back(activations, plan.chain(), k, gradient);
    return result;
  }

  private LayerLoss loss(DeviceMatrix k, DeviceMatrix targets, long samples, boolean gradient) {
    GramOps gram = backend.gram();
    boolean centred = settings.centres();
    DeviceMatrix y = targets;
    if (centred) {
      gram.centre(k);
      y = Centring.rows(backend, workspace, targets);
    }
    LayerLoss result = loss.evaluate(k, y, settings.noiseOf(samples), gradient);
    if (centred && gradient) {
      gram.centre(k);
    }
    return result;
  }

  private void prepare(DeviceMatrix activations, DeviceMatrix targets, boolean gradient) {
    Shapes.require(activations, targets);
    if (plan == null || !plan.covers(activations, targets, gradient)) {
      plan = null;
      workspace.close();
      plan = GramPlan.of(settings, activations, targets, gradient, backend.budget());
      workspace.reserve(plan.bytes(), GramPlan.WHAT);
    }
  }

  @Override
  public void close() {
    workspace.close();
    plan = null;
  }
}
