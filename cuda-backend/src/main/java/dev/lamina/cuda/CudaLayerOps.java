package dev.lamina.cuda;

import dev.lamina.kernel.Activation;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AbstractLayerOps;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.DenseGradient;
import dev.lamina.ops.DenseParameters;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import dev.lamina.ops.SgdStep;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Layers on a GPU. Host matrices are copied strip by strip, within the memory budget and with the
 * same bits for any budget; training should keep its matrices on the device.
 */
final class CudaLayerOps extends AbstractLayerOps {
  private final DeviceContext context;
  private final DensePass dense;

  CudaLayerOps(DeviceContext context, DeviceBlas blas) {
    this.context = context;
    this.dense = new DensePass(context, blas);
  }

  /** Does something with the device if a matrix has entries. */
  private void with(String operation, Matrix m, Consumer<Workspace> work) {
    if (m.rows() > 0 && m.cols() > 0) {
      try (var _ = context.turn();
          Workspace workspace = context.workspace(operation)) {
        work.accept(workspace);
      }
    }
  }

  @Override
  protected void doForward(DenseParameters layer, Matrix x, Matrix z, Matrix a) {
    if (a.rows() > 0 && a.cols() > 0) {
      try (var _ = context.turn()) {
        dense.forward(layer, x, z, a);
      }
    }
  }

  @Override
  protected void doBackward(
      DenseParameters layer,
      Matrix x,
      Matrix z,
      Matrix delta,
      DenseGradient gradient,
      Optional<? extends Matrix> dx) {
    try (var _ = context.turn()) {
      dense.backward(layer, x, z, delta, gradient, dx);
    }
  }

  @Override
  protected void doActivate(Activation activation, Matrix z, Matrix a) {
    with(
        "activate",
        z,
        workspace -> {
          ActivationCode code = ActivationCode.of(workspace, activation);
          Strips.ofRows(workspace, z.rows())
              .read("z", z)
              .written("a", a)
              .run((from, b) -> DensePass.activate(context, code, b[0], Optional.empty(), b[1]));
        });
  }

  @Override
  protected void doActivateBackward(Activation activation, Matrix z, Matrix delta) {
    if (!ActivationCode.isIdentity(activation)) {
      with(
          "activateBackward",
          z,
          workspace ->
              DensePass.activateBackward(
                  workspace, ActivationCode.of(workspace, activation), z, delta));
    }
  }

  @Override
  protected void doActivateCurvature(Activation activation, Matrix z, Matrix delta) {
    with(
        "activateCurvature",
        z,
        workspace ->
            TangentPass.activateCurvature(
                workspace, ActivationCode.of(workspace, activation), z, delta));
  }

  @Override
  protected void doScaleTangents(Matrix slope, Optional<Bend> bend, Matrix tangents) {
    with(
        "scaleTangents",
        tangents,
        workspace ->
            TangentPass.scale(
                workspace, slope, bend.map(Bend::factor), bend.map(Bend::other), tangents));
  }

  @Override
  protected void doNormalise(NormParameters norm, Matrix z, Matrix y, Matrix statistics) {
    with("normalise", z, workspace -> NormPass.normalise(workspace, norm, z, y, statistics));
  }

  @Override
  protected void doNormaliseBackward(
      NormParameters norm, Matrix z, Matrix statistics, Matrix delta, NormGradient gradient) {
    with(
        "normaliseBackward",
        z,
        workspace -> NormPass.normaliseBackward(workspace, norm, z, statistics, delta, gradient));
  }

  @Override
  protected void doNormaliseFixed(NormParameters norm, Matrix z, Matrix y) {
    with("normaliseFixed", z, workspace -> NormPass.normaliseFixed(workspace, norm, z, y));
  }

  @Override
  protected void doNormaliseFixedBackward(NormParameters norm, Matrix delta) {
    with(
        "normaliseFixedBackward",
        delta,
        workspace -> NormPass.normaliseFixedBackward(workspace, norm, delta));
  }

  @Override
  protected void doAdd(double alpha, Matrix x, double beta, Matrix y) {
    with(
        "add",
        y,
        workspace -> {
          Strips strips = Strips.ofRows(workspace, y.rows()).read("x", x);
          (beta == 0 ? strips.written("y", y) : strips.changed("y", y))
              .run((from, b) -> {
                EntryRange range = EntryRange.of(b);
                launch(b[0], DeviceFunction.ADD_F32, DeviceFunction.ADD_F64)
                    .with(b[0].address(), b[0].stride(), b[1].address(), b[1].stride())
                    .with(range.rows(), range.cols())
                    .real(alpha)
                    .real(beta)
                    .runOverEntries(range.rows(), range.cols());
              });
        });
  }

  private Launch launch(DeviceBlock m, DeviceFunction single, DeviceFunction full) {
    return Launch.of(context, m.dtype(), single, full);
  }

  @Override
  protected void doSoftmaxCrossEntropy(
      Matrix logits, Matrix targets, double factor, Matrix losses, Matrix gradient) {
    loss(
        "softmaxCrossEntropy",
        DeviceFunction.SOFTMAX_CROSS_ENTROPY_F32,
        DeviceFunction.SOFTMAX_CROSS_ENTROPY_F64,
        logits,
        targets,
        factor,
        losses,
        gradient);
  }

  @Override
  protected void doSquaredError(
      Matrix outputs, Matrix targets, double factor, Matrix losses, Matrix gradient) {
    loss(
        "squaredError",
        DeviceFunction.SQUARED_ERROR_F32,
        DeviceFunction.SQUARED_ERROR_F64,
        outputs,
        targets,
        factor,
        losses,
        gradient);
  }

  private void loss(
      String operation,
      DeviceFunction single,
      DeviceFunction full,
      Matrix outputs,
      Matrix targets,
      double factor,
      Matrix losses,
      Matrix gradient) {
    with(
        operation,
        outputs,
        workspace ->
            Strips.ofRows(workspace, outputs.rows())
                .read("the outputs", outputs)
                .read("the targets", targets)
                .written("the losses", losses)
                .written("the gradient", gradient)
                .run((from, b) ->
                    launch(b[0], single, full)
                        .with(b[0].address(), b[0].stride(), b[1].address(), b[1].stride())
                        .with(b[0].rows(), b[0].cols())
                        .real(factor)
                        .with(b[2].address(), b[2].stride(), b[3].address(), b[3].stride())
                        .run(Math.ceilDiv(b[0].rows(), (long) DeviceFunction.LOSS_ROWS))));
  }

  @Override
  protected void doHits(Matrix outputs, Matrix targets, Matrix hits) {
    with(
        "hits",
        outputs,
        workspace ->
            Strips.ofRows(workspace, outputs.rows())
                .read("the outputs", outputs)
                .read("the targets", targets)
                .written("the hits", hits)
                .run((from, b) ->
                    launch(b[0], DeviceFunction.HITS_F32, DeviceFunction.HITS_F64)
                        .with(b[0].address(), b[0].stride(), b[1].address(), b[1].stride())
                        .with(b[0].rows(), b[0].cols(), b[2].address(), b[2].stride())
                        .run(Math.ceilDiv(b[0].rows(), (long) DeviceFunction.LOSS_ROWS))));
  }

  @Override
  protected void doGatherRows(Matrix x, int[] rows, int from, Matrix out) {
    with("gatherRows", out, workspace -> GatheredRows.gather(workspace, x, rows, from, out));
  }

  @Override
  protected void doSgdStep(SgdStep step, Matrix parameters, Matrix gradient, Matrix velocity) {
    // rate·(nesterov ? h + momentum·v : v) as ofGradient·h + ofVelocity·v
    double ofGradient = step.nesterov() ? step.rate() : 0;
    double ofVelocity = step.nesterov() ? step.rate() * step.momentum() : step.rate();
    with(
        "sgdStep",
        parameters,
        workspace ->
            Strips.ofRows(workspace, parameters.rows())
                .changed("the parameters", parameters)
                .read("the gradient", gradient)
                .changed("the velocity", velocity)
                .run((from, b) -> {
                  EntryRange range = EntryRange.of(b);
                  launch(b[0], DeviceFunction.SGD_STEP_F32, DeviceFunction.SGD_STEP_F64)
                      .with(b[0].address(), b[0].stride(), b[1].address(), b[1].stride())
                      .with(b[2].address(), b[2].stride(), range.rows(), range.cols())
                      .real(ofGradient)
                      .real(ofVelocity)
                      .real(step.momentum())
                      .real(step.l2())
                      .runOverEntries(range.rows(), range.cols());
                }));
  }

  @Override
  protected void doAdamStep(
      AdamStep step, Matrix parameters, Matrix gradient, Matrix first, Matrix second) {
    with(
        "adamStep",
        parameters,
        workspace ->
            Strips.ofRows(workspace, parameters.rows())
                .changed("the parameters", parameters)
                .read("the gradient", gradient)
                .changed("the first moments", first)
                .changed("the second moments", second)
                .run((from, b) -> adam(step, b)));
  }

  private void adam(AdamStep step, DeviceBlock[] b) {
    EntryRange range = EntryRange.of(b);
    launch(b[0], DeviceFunction.ADAM_STEP_F32, DeviceFunction.ADAM_STEP_F64)
        .with(b[0].address(), b[0].stride(), b[1].address(), b[1].stride())
        .with(b[2].address(), b[2].stride(), b[3].address(), b[3].stride())
        .with(range.rows(), range.cols())
        .real(step.rate())
        .real(step.beta1())
        .real(step.beta2())
        .real(step.epsilon())
        .real(step.l2())
        .real(step.shrink())
        .runOverEntries(range.rows(), range.cols());
  }

  @Override
  protected void doAddGaussian(double scale, NoiseKey noise, Matrix parameters) {
    with(
        "addGaussian",
        parameters,
        workspace ->
            Strips.ofRows(workspace, parameters.rows())
                .changed("the parameters", parameters)
                .run((from, b) -> {
                  EntryRange range = EntryRange.of(b);
                  launch(b[0], DeviceFunction.ADD_GAUSSIAN_F32, DeviceFunction.ADD_GAUSSIAN_F64)
                      .with(b[0].address(), b[0].stride(), range.rows(), range.cols())
                      .real(scale)
                      .with(noise.key(), Math.multiplyExact(from, parameters.cols()))
                      .runOverEntries(range.rows(), range.cols());
                }));
  }
}
