package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;

/** Forward and backward through a batch normalisation; host matrices by strips of columns. */
final class NormPass {
  private static final int COLUMNS = DeviceFunction.LAYER_COLUMNS;

  private NormPass() {}

  static void normalise(
      Workspace workspace, NormParameters norm, Matrix z, Matrix y, Matrix statistics) {
    Strips.ofColumns(workspace, z.cols(), COLUMNS)
        .read("z", z)
        .read("the scale", norm.scale())
        .read("the shift", norm.shift())
        .changed("the running mean", norm.mean())
        .changed("the running variance", norm.variance())
        .written("the statistics", statistics)
        .written("y", y)
        .run((from, b) ->
            Launch.of(
                    workspace.context(),
                    z.dtype(),
                    DeviceFunction.NORMALISE_F32,
                    DeviceFunction.NORMALISE_F64)
                .with(b[0].address(), b[0].stride(), b[0].rows(), b[0].cols())
                .with(b[1].address(), b[2].address(), b[3].address(), b[4].address())
                .real(norm.momentum())
                .real(norm.epsilon())
                .with(b[5].address(), b[5].stride(), b[6].address(), b[6].stride())
                .run(Math.ceilDiv(b[0].cols(), (long) COLUMNS)));
  }

  static void normaliseBackward(
      Workspace workspace,
      NormParameters norm,
      Matrix z,
      Matrix statistics,
      Matrix delta,
      NormGradient gradient) {
    Strips.ofColumns(workspace, z.cols(), COLUMNS)
        .read("z", z)
        .read("the scale", norm.scale())
        .read("the statistics", statistics)
        .changed("delta", delta)
        .written("the gradient of the scale", gradient.scale())
        .written("the gradient of the shift", gradient.shift())
        .run((from, b) ->
            Launch.of(
                    workspace.context(),
                    z.dtype(),
                    DeviceFunction.NORMALISE_BACKWARD_F32,
                    DeviceFunction.NORMALISE_BACKWARD_F64)
                .with(b[0].address(), b[0].stride(), b[0].rows(), b[0].cols())
                .with(b[1].address(), b[2].address(), b[2].stride())
                .with(b[3].address(), b[3].stride(), b[4].address(), b[5].address())
                .run(Math.ceilDiv(b[0].cols(), (long) COLUMNS)));
  }

  static void normaliseFixed(Workspace workspace, NormParameters norm, Matrix z, Matrix y) {
    Strips.ofColumns(workspace, z.cols(), COLUMNS)
        .read("z", z)
        .read("the scale", norm.scale())
        .read("the shift", norm.shift())
        .read("the running mean", norm.mean())
        .read("the running variance", norm.variance())
        .written("y", y)
        .run((from, b) ->
            Launch.of(
                    workspace.context(),
                    z.dtype(),
                    DeviceFunction.NORMALISE_FIXED_F32,
                    DeviceFunction.NORMALISE_FIXED_F64)
                .with(b[0].address(), b[0].stride(), b[0].rows(), b[0].cols())
                .with(b[1].address(), b[2].address(), b[3].address(), b[4].address())
                .real(norm.epsilon())
                .with(b[5].address(), b[5].stride())
                .runOverEntries(b[0].rows(), b[0].cols()));
  }

  static void normaliseFixedBackward(Workspace workspace, NormParameters norm, Matrix delta) {
    Strips.ofColumns(workspace, delta.cols(), COLUMNS)
        .changed("delta", delta)
        .read("the scale", norm.scale())
        .read("the running variance", norm.variance())
        .run((from, b) ->
            Launch.of(
                    workspace.context(),
                    delta.dtype(),
                    DeviceFunction.NORMALISE_FIXED_BACKWARD_F32,
                    DeviceFunction.NORMALISE_FIXED_BACKWARD_F64)
                .with(b[0].address(), b[0].stride(), b[0].rows(), b[0].cols())
                .with(b[1].address(), b[2].address())
                .real(norm.epsilon())
                .runOverEntries(b[0].rows(), b[0].cols()));
  }
}
