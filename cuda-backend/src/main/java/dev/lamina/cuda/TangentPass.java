package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.Matrix;
import java.util.Optional;

/** Second derivatives of activations, and tangents through them. */
final class TangentPass {
  private TangentPass() {}

  /** Computes delta ← delta ∘ φ″(z). */
  static void activateCurvature(
      Workspace workspace, ActivationCode activation, Matrix z, Matrix delta) {
    Strips.ofRows(workspace, z.rows())
        .read("z", z)
        .changed("delta", delta)
        .run((from, blocks) -> {
          EntryRange range = EntryRange.of(blocks);
          Launch.of(
                  workspace.context(),
                  z.dtype(),
                  DeviceFunction.ACTIVATE_CURVATURE_F32,
                  DeviceFunction.ACTIVATE_CURVATURE_F64)
              .with(blocks[0].address(), blocks[0].stride(), range.rows(), range.cols())
              .activation(activation)
              .with(blocks[1].address(), blocks[1].stride())
              .runOverEntries(range.rows(), range.cols());
        });
  }

  /** Computes t ← slope ∘ t, or t ← slope ∘ t + bend ∘ other, in blocks of slope's columns. */
  static void scale(
      Workspace workspace,
      Matrix slope,
      Optional<Matrix> bend,
      Optional<Matrix> other,
      Matrix tangents) {
    Strips strips =
        Strips.ofRows(workspace, slope.rows()).read("slope", slope).changed("tangents", tangents);
    bend.ifPresent(m -> strips.read("bend", m));
    other.ifPresent(m -> strips.read("other", m));
    strips.run((from, b) -> {
      DeviceBlock to = b[1];
      Launch.of(
              workspace.context(),
              tangents.dtype(),
              DeviceFunction.SCALE_TANGENTS_F32,
              DeviceFunction.SCALE_TANGENTS_F64)
          .with(b[0].address(), b[0].stride(), b[0].cols())
          .with(bend.isPresent() ? b[2].address() : 0, bend.isPresent() ? b[2].stride() : 0)
          .with(other.isPresent() ? b[3].address() : 0, other.isPresent() ? b[3].stride() : 0)
          .with(to.address(), to.stride(), to.rows(), to.cols())
          .runOverEntries(to.rows(), to.cols());
    });
  }
}
