package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/**
 * Replaces a Cholesky factor by the inverse (L Lᵀ)⁻¹ = MᵀM with M = L⁻¹, in place: M_ij = −L_ii⁻¹
 * Σ_k L_ik M_kj row by row over j ≤ k &lt; i, then the products of its columns from the top row on,
 * then the mirror image.
 */
final class FactorInverse {
  private static final int TILES_AT_A_TIME = 2;

  private final SquareTiles tiles;
  private final Triangles triangles;
  private final DeviceBlock spare;

  private FactorInverse(SquareTiles tiles, Triangles triangles, DeviceBlock spare) {
    this.tiles = tiles;
    this.triangles = triangles;
    this.spare = spare;
  }

  /**
   * Replaces L by (L Lᵀ)⁻¹.
   *
   * @param workspace takes the memory
   * @param triangles works on tiles
   * @param factor N×N with L in its lower triangle, overwritten by the full inverse
   */
  static void invert(Workspace workspace, Triangles triangles, Matrix factor) {
    if (factor.rows() == 0) {
      return;
    }
    SquareTiles.Plan plan = SquareTiles.Plan.of(workspace, factor, TILES_AT_A_TIME, 1, 1);
    DeviceBlock spare = workspace.block("a tile", factor.dtype(), plan.edge(), plan.edge());
    boolean resident;
    try (SquareTiles tiles = new SquareTiles(workspace, factor, plan)) {
      FactorInverse inverse = new FactorInverse(tiles, triangles, spare);
      inverse.invertFactor();
      inverse.multiply();
      resident = tiles.isResident();
      if (resident) {
        DeviceBlock whole = tiles.whole();
        Launch.of(
                workspace.context(),
                whole.dtype(),
                DeviceFunction.MIRROR_F32,
                DeviceFunction.MIRROR_F64)
            .with(whole.address(), whole.rows(), whole.stride(), 0)
            .runLowerTiles(whole.rows());
      }
    }
    if (!resident) {
      HostParts.lowerToUpper((HostMatrix) factor);
    }
  }

  /** L ← M. */
  private void invertFactor() {
    for (int i = 0; i < tiles.count(); i++) {
      for (int j = 0; j < i; j++) {
        DeviceBlock sum = Triangles.shaped(spare, tiles.size(i), tiles.size(j));
        for (int k = j; k < i; k++) {
          DeviceBlock left = tiles.read(i, k);
          triangles.add(-1, left, false, tiles.read(k, j), false, k == j ? 0 : 1, sum);
        }
        triangles.solveLower(tiles.read(i, i), sum);
        triangles.copy(sum, tiles.write(i, j));
      }
      triangles.invert(tiles.write(i, i), spare);
    }
  }

  /** The lower triangle of M ← MᵀM. */
  private void multiply() {
    for (int i = 0; i < tiles.count(); i++) {
      for (int j = 0; j <= i; j++) {
        DeviceBlock sum = Triangles.shaped(spare, tiles.size(i), tiles.size(j));
        for (int k = i; k < tiles.count(); k++) {
          DeviceBlock left = tiles.read(k, i);
          triangles.add(1, left, true, tiles.read(k, j), false, k == i ? 0 : 1, sum);
        }
        triangles.copy(sum, tiles.write(i, j));
      }
    }
  }
}
