package dev.lamina.kernels;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The device functions: the one list of them. Each constant stands for the {@code extern "C"
 * __global__} entry of its {@link #entry() name} in {@code kernels/src/<module>.cu}.
 *
 * <p><b>Arguments.</b> Every argument is 8 bytes wide: an {@code int64_t}, a {@code double} or a
 * device address. {@link #parameters()} names them in order. Matrices are row-major; a {@code
 * …Stride} is the number of elements from one row to the next. No function reads or writes beyond
 * the rows and columns it is given. Sizes may be 0 only where that is said; a grid of no blocks is
 * not launched.
 *
 * <p><b>Element types.</b> Names end in the element type of the matrices: {@code F32}, {@code F64}.
 * {@code F32_BY_F64} reads and writes float32 and computes in float64.
 *
 * <p><b>Launch.</b> All grids are {@code (x, 1, 1)} unless said otherwise, all blocks {@code
 * (threads(), 1, 1)}, no function needs dynamic shared memory. Results have the same bits for every
 * launch with the same arguments.
 *
 * <h2>Row values</h2>
 *
 * What an entry program needs of the rows of x (likewise of z) lies in three arrays of columns that
 * are {@code xPitch ≥ n} elements apart, so that a range of rows is addressed by adding its first
 * row to the three addresses:
 *
 * <ul>
 *   <li>{@code xNorms}, float64: column 0 is ‖x_i‖², column 1 is 1/‖x_i‖ (0 for a row of zeros);
 *       {@link #ROW_NORMS_SQUARED_F32} writes them.
 *   <li>{@code xSlots}: the slots of the row program. For programs that run in float64 (entries
 *       ending in {@code F64}) slot k is column k, float64. For the others slot k is the sum of the
 *       float32 columns 2k (the rounded value) and 2k + 1 (what rounding left).
 *   <li>{@code diagonal}, float64: column o is the value of output o at (x_i, x_i), pitch {@code
 *       xPitch}; read if {@code symmetric} only, else 0.
 * </ul>
 *
 * <h2>Outputs</h2>
 *
 * {@code outputs} is the address of four {@code int64_t} for each output of the program: address of
 * entry (0, 0), row stride, address of entry (0, 0) of the mirrored result or 0, its row stride.
 * Entry (i, j) is stored at (i, j) and, if there is a mirrored result, at (j, i) of that. With
 * {@code symmetric = 1} x and z are the same n = m rows: only entries with j ≤ i are computed, the
 * diagonal comes from {@code diagonal}, and for a full symmetric matrix the mirrored result is the
 * output itself. A rectangle below the diagonal of a symmetric matrix is computed with {@code
 * symmetric = 0} and its mirrored result at the transposed place.
 *
 * <h2>Activations</h2>
 *
 * An activation φ is four arguments: {@code activation}, a number of {@code ActivationKind} in
 * {@code activation.cuh}; {@code slope}, float64, of a piecewise linear one at u ≤ 0; {@code
 * coefficients}, the address of {@code terms} float64, of a polynomial or a Hermite series, else 0.
 */
public enum DeviceFunction {

  /**
   * Kernel matrices of rows of x and z: x·z by tiles of fused multiply-adds in float32, then the
   * entry program in float32, everything in one pass.
   *
   * <p>Grid: T(T + 1)/2 blocks with T = ⌈n/tile⌉ if symmetric, else ⌈n/tile⌉·⌈m/tile⌉. n, m, d ≥ 1.
   */
  GRAM_F32("gram_f32", 256, 128, Parameters.GRAM),
  /**
   * {@link #GRAM_F32} for uniform programs only (word 1 of the program is 1): everything stays in
   * the processor's registers.
   */
  GRAM_F32_UNIFORM("gram_f32", 256, 128, Parameters.GRAM),
  /** {@link #GRAM_F32} in float64; on tensor cores (DMMA) from compute capability 8.0 on. */
  GRAM_F64("gram_f64", 128, 64, Parameters.GRAM),
  /** {@link #GRAM_F64} for uniform programs only. */
  GRAM_F64_UNIFORM("gram_f64", 128, 64, Parameters.GRAM),
  /** {@link #GRAM_F64} for float32 matrices: products and program in float64, stored rounded. */
  GRAM_F32_BY_F64("gram_f64", 128, 64, Parameters.GRAM),
  /**
   * {@link #GRAM_F32_UNIFORM} with the products and the pair statistic in float64, the layers after
   * it in float32: slots as for float32, near thresholds as for float64. Uniform programs only.
   */
  GRAM_F32_PRODUCTS64("gram_f64", 128, 64, Parameters.GRAM),
  /**
   * {@link #GRAM_F32_UNIFORM} with products on tensor cores, each factor split into two TF32
   * numbers (three products, Markidis et al. 2018). Uniform programs only. Needs compute capability
   * 8.0.
   */
  GRAM_F32_3XTF32("gram_tf32", 256, 128, Parameters.GRAM),
  /**
   * {@link #GRAM_F32_UNIFORM} with products of factors rounded to TF32 (11 bits): opt-in. Uniform
   * programs only. Needs compute capability 8.0.
   */
  GRAM_F32_TF32("gram_tf32", 256, 128, Parameters.GRAM),

  /**
   * The entry program over products that exist: {@code products}[i][j] = x_i·z_j, n×m. x and z are
   * read only for nearly parallel pairs. If there is one output without mirrored result it may be
   * {@code products} itself; with {@code symmetric = 1} only products with j ≤ i are read, and the
   * single output with its mirrored result may be {@code products} itself.
   *
   * <p>Grid as for {@link #GRAM_F32}.
   */
  PROGRAM_F32("gram_f32", 256, 64, Parameters.PROGRAM),
  /** {@link #PROGRAM_F32} in float64. */
  PROGRAM_F64("gram_f64", 256, 64, Parameters.PROGRAM),
  /** {@link #PROGRAM_F32} for float32 matrices and products with the program in float64. */
  PROGRAM_F32_BY_F64("gram_f64", 256, 64, Parameters.PROGRAM),

  /**
   * K v without storing K: {@code partial}[s][i][c] = Σ_j k(x_i, z_j) v[j][c] over the s-th of
   * {@code splits} equal ranges of tiles of z, float64, output 0 of the program. {@code outputs} is
   * not read: pass 0. With {@code symmetric = 1} x and z are the same rows and the diagonal of K
   * comes from {@code diagonal}.
   *
   * <p>Grid: (⌈n/tile⌉, ⌈t/16⌉, splits). {@code partial} holds splits·n·t numbers. {@link
   * #MULTIPLY_SUM_F32} adds the parts in their order.
   */
  MULTIPLY_F32("gram_f32", 256, 128, Parameters.MULTIPLY),
  /** {@link #MULTIPLY_F32} in float64. */
  MULTIPLY_F64("gram_f64", 128, 64, Parameters.MULTIPLY),
  /** {@link #MULTIPLY_F32} for float32 matrices with the program in float64. */
  MULTIPLY_F32_BY_F64("gram_f64", 128, 64, Parameters.MULTIPLY),
  /**
   * out = Σ_s partial[s] (n×t).
   *
   * <p>Grid: ⌈n·t/256⌉.
   */
  MULTIPLY_SUM_F32("rows", 256, 0, Parameters.MULTIPLY_SUM),
  /** {@link #MULTIPLY_SUM_F32} for float64. */
  MULTIPLY_SUM_F64("rows", 256, 0, Parameters.MULTIPLY_SUM),

  /**
   * Row values {@code norms}: column 0 ‖x_i‖² in float64 (∞ or NaN if an entry is or the sum
   * overflows), column 1 1/‖x_i‖, 0 for a row of zeros. {@code pitch ≥ n}.
   *
   * <p>Grid: ⌈n/8⌉.
   */
  ROW_NORMS_SQUARED_F32("rows", 256, 0, "x", "n", "d", "xStride", "norms", "pitch"),
  /** {@link #ROW_NORMS_SQUARED_F32} for float64. */
  ROW_NORMS_SQUARED_F64("rows", 256, 0, "x", "n", "d", "xStride", "norms", "pitch"),
  /**
   * Scans n squared norms. {@code result} receives five float64: index of the first that is not
   * finite or −1, smallest that is not 0 (∞ if none), largest, index of the first that is 0 or −1,
   * their sum; the middle ones leave out what is not finite.
   *
   * <p>Grid: 1.
   */
  SCAN_NORMS("rows", 1024, 0, "norms", "n", "result"),
  /**
   * {@code result} receives two float64: column of the first entry of the row that is not finite,
   * or −1, and that entry.
   *
   * <p>Grid: 1.
   */
  FIRST_BAD_COLUMN_F32("rows", 256, 0, "row", "d", "result"),
  /** {@link #FIRST_BAD_COLUMN_F32} for float64. */
  FIRST_BAD_COLUMN_F64("rows", 256, 0, "row", "d", "result"),
  /**
   * out[i][0] = ‖x_i‖ without overflow or underflow of the squares; NaN and ∞ as in the row.
   *
   * <p>Grid: ⌈n/8⌉.
   */
  ROW_NORMS_F32("rows", 256, 0, "x", "n", "d", "xStride", "out", "outStride"),
  /** {@link #ROW_NORMS_F32} for float64. */
  ROW_NORMS_F64("rows", 256, 0, "x", "n", "d", "xStride", "out", "outStride"),
  /**
   * sums[i] = scale·Σ_j x[i][j], float64.
   *
   * <p>Grid: ⌈n/8⌉.
   */
  ROW_SUMS_F32("rows", 256, 0, "x", "n", "d", "xStride", "scale", "sums"),
  /** {@link #ROW_SUMS_F32} for float64. */
  ROW_SUMS_F64("rows", 256, 0, "x", "n", "d", "xStride", "scale", "sums"),
  /**
   * result[0] = scale·Σ values[i] over n float64 numbers; n may be 0.
   *
   * <p>Grid: 1.
   */
  SUM("rows", 1024, 0, "values", "n", "scale", "result"),
  /**
   * k[i][j] ← k[i][j] − (means[i] + means[j]) + mean[0], n×n, means and mean float64.
   *
   * <p>Grid: ⌈n·n/1024⌉.
   */
  CENTRE_F32("rows", 256, 0, "k", "n", "stride", "means", "mean"),
  /** {@link #CENTRE_F32} for float64. */
  CENTRE_F64("rows", 256, 0, "k", "n", "stride", "means", "mean"),
  /**
   * partial[b] = the part of Σ a_ij b_ij over the entries 8192·b … 8192·b + 8191 in row-major
   * order, float64; {@link #SUM} adds the parts.
   *
   * <p>Grid: ⌈n·m/8192⌉ = number of parts.
   */
  DOT_F32("rows", 256, 0, "a", "aStride", "b", "bStride", "n", "m", "partial"),
  /** {@link #DOT_F32} for float64. */
  DOT_F64("rows", 256, 0, "a", "aStride", "b", "bStride", "n", "m", "partial"),

  /**
   * out ← value, n×m.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  FILL_F32("rows", 256, 0, "out", "n", "m", "stride", "value"),
  /** {@link #FILL_F32} for float64. */
  FILL_F64("rows", 256, 0, "out", "n", "m", "stride", "value"),
  /**
   * out ← x, n×m, element type and strides changed.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  COPY_F32_F32("rows", 256, 0, Parameters.COPY),
  /** {@link #COPY_F32_F32} from float32 to float64. */
  COPY_F32_F64("rows", 256, 0, Parameters.COPY),
  /** {@link #COPY_F32_F32} from float64 to float32, rounded to nearest. */
  COPY_F64_F32("rows", 256, 0, Parameters.COPY),
  /** {@link #COPY_F32_F32} from float64 to float64. */
  COPY_F64_F64("rows", 256, 0, Parameters.COPY),
  /**
   * Copies one strict triangle of an n×n matrix to the other: the lower to the upper, or with
   * {@code fromUpper = 1} the upper to the lower.
   *
   * <p>Grid: T(T + 1)/2 with T = ⌈n/32⌉.
   */
  MIRROR_F32("rows", 256, 32, "a", "n", "stride", "fromUpper"),
  /** {@link #MIRROR_F32} for float64. */
  MIRROR_F64("rows", 256, 32, "a", "n", "stride", "fromUpper"),
  /**
   * a[i][i] ← values[i] + add, values float64; without values (0) a[i][i] ← a[i][i] + add.
   *
   * <p>Grid: ⌈n/256⌉.
   */
  SET_DIAGONAL_F32("rows", 256, 0, "a", "n", "stride", "values", "add"),
  /** {@link #SET_DIAGONAL_F32} for float64. */
  SET_DIAGONAL_F64("rows", 256, 0, "a", "n", "stride", "values", "add"),
  /**
   * values[i] = a[i][i], float64.
   *
   * <p>Grid: ⌈n/256⌉.
   */
  GET_DIAGONAL_F32("rows", 256, 0, "a", "n", "stride", "values"),
  /** {@link #GET_DIAGONAL_F32} for float64. */
  GET_DIAGONAL_F64("rows", 256, 0, "a", "n", "stride", "values"),
  /**
   * out[i] ← a[order[i]], rows of m numbers; order is n {@code int64_t}.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  GATHER_ROWS_F32("rows", 256, 0, "a", "aStride", "order", "n", "m", "out", "outStride"),
  /** {@link #GATHER_ROWS_F32} for float64. */
  GATHER_ROWS_F64("rows", 256, 0, "a", "aStride", "order", "n", "m", "out", "outStride"),
  /**
   * x[i][j] ← factors[i]·x[i][j], n×m, in float64 and rounded once.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  SCALE_ROWS_F32("rows", 256, 0, "x", "n", "m", "stride", "factors", "factorsStride"),
  /** {@link #SCALE_ROWS_F32} for float64. */
  SCALE_ROWS_F64("rows", 256, 0, "x", "n", "m", "stride", "factors", "factorsStride"),

  /**
   * What {@link #WIDE_LAYER_F32} needs of the diagonal of k (n×n): {@code values} receives four
   * columns of float64, {@code pitch ≥ n} elements apart. With k[i][i] = m·4^e, 1 ≤ m &lt; 4, they
   * are m, 2^−e, 2^e and √k[i][i]; 1, 0, 0, 0 for 0; NaN, 0, 0, NaN for what is no variance.
   *
   * <p>Grid: ⌈n/256⌉.
   */
  WIDE_ROWS_F32("wide", 256, 0, "k", "n", "stride", "values", "pitch"),
  /** {@link #WIDE_ROWS_F32} for float64. */
  WIDE_ROWS_F64("wide", 256, 0, "k", "n", "stride", "values", "pitch"),
  /**
   * A ReLU layer of infinite width on a kernel matrix: out = weight·k₁(k) + bias for a part of n×m
   * entries, whose rows have the values {@code x} and whose columns {@code z}; entry (i, j) is
   * stored at (j, i) of {@code mirrored} too unless that is 0. With {@code symmetric = 1} the part
   * lies on the diagonal, n = m and x = z: only its lower triangle is read, and {@code mirrored} is
   * {@code out} itself. {@code out} may be {@code k} itself.
   *
   * <p>Grid: T(T + 1)/2 with T = ⌈n/tile⌉ if symmetric, else ⌈n/tile⌉·⌈m/tile⌉.
   */
  WIDE_LAYER_F32("wide", 256, 64, Parameters.WIDE_LAYER),
  /** {@link #WIDE_LAYER_F32} for float64. */
  WIDE_LAYER_F64("wide", 256, 64, Parameters.WIDE_LAYER),
  /**
   * The way back: g[i][j] ← weight·g[i][j]·k₀(k)[i][j] for the entries of a part that lie off the
   * diagonal, of which only those below it are read; arguments and grid are those of {@link
   * #WIDE_LAYER_F32}. With p_ij = g[i][j]·sin θ_ij before, {@code sums}[t·sumsPitch + i] receives
   * Σ_j p_ij √k[j][j] over the j ≠ i in the t-th tile, for the part's rows and columns counted from
   * {@code firstRow} and {@code firstCol}, which are multiples of {@code tile}.
   */
  WIDE_LAYER_BACKWARD_F32("wide", 256, 64, Parameters.WIDE_LAYER_BACKWARD),
  /** {@link #WIDE_LAYER_BACKWARD_F32} for float64. */
  WIDE_LAYER_BACKWARD_F64("wide", 256, 64, Parameters.WIDE_LAYER_BACKWARD),
  /**
   * g[i][i] ← weight·(g[i][i]/2 + Σ_t sums[t·sumsPitch + i]/(2π·roots[i])), without the sums where
   * roots[i] = 0; t goes over {@code tiles} in order.
   *
   * <p>Grid: ⌈n/256⌉.
   */
  WIDE_DIAGONAL_F32("wide", 256, 0, Parameters.WIDE_DIAGONAL),
  /** {@link #WIDE_DIAGONAL_F32} for float64. */
  WIDE_DIAGONAL_F64("wide", 256, 0, Parameters.WIDE_DIAGONAL),

  /**
   * c ← alpha·op(a) op(b) + beta·c with c m×n and the inner size k, which may be 0. op(a)[i][l] =
   * a[i·aRow + l·aCol] and op(b)[l][j] = b[l·bRow + j·bCol], so a transposed factor has its strides
   * exchanged. beta = 0 ignores the old c even if it is NaN. {@code lower = 1} computes and writes
   * entries with j ≤ i only (m = n); {@code lower = 2} writes each of them to (j, i) too.
   *
   * <p>Grid: T(T + 1)/2 with T = ⌈m/tile⌉ if lower, else ⌈m/tile⌉·⌈n/tile⌉.
   */
  GEMM_F32("gemm", 256, 128, Parameters.GEMM),
  /** {@link #GEMM_F32} in float64; on tensor cores (DMMA) from compute capability 8.0 on. */
  GEMM_F64("gemm", 128, 64, Parameters.GEMM),

  /**
   * Factors the diagonal block a (size ≤ 64, lower triangle read and overwritten by L) of a larger
   * matrix. {@code report} is two float64: −1 while nothing failed, else the row where it did,
   * counted from {@code first} for the block's row 0, and the pivot there (≤ 0, NaN or ∞). The
   * caller sets report[0] to −1 before the first block; once something failed nothing is written.
   *
   * <p>Grid: 1.
   */
  CHOLESKY_BLOCK_F32("solve", 256, 64, "a", "stride", "size", "first", "report"),
  /** {@link #CHOLESKY_BLOCK_F32} for float64. */
  CHOLESKY_BLOCK_F64("solve", 256, 64, "a", "stride", "size", "first", "report"),
  /**
   * b ← b L⁻ᵀ for {@code rows} rows of {@code size} ≤ 64 columns: the blocks below a factored
   * diagonal block. {@code report} (may be 0) as above: if something failed nothing is written.
   *
   * <p>Grid: ⌈rows/64⌉.
   */
  SOLVE_RIGHT_F32("solve", 256, 64, Parameters.SOLVE_RIGHT),
  /** {@link #SOLVE_RIGHT_F32} for float64. */
  SOLVE_RIGHT_F64("solve", 256, 64, Parameters.SOLVE_RIGHT),
  /**
   * b ← L⁻¹ b, or L⁻ᵀ b if {@code transposed = 1}, with L size×size, size ≤ 64, and b size×cols:
   * one block step of a triangular solve.
   *
   * <p>Grid: ⌈cols/64⌉.
   */
  SOLVE_LEFT_F32("solve", 256, 64, Parameters.SOLVE_LEFT),
  /** {@link #SOLVE_LEFT_F32} for float64. */
  SOLVE_LEFT_F64("solve", 256, 64, Parameters.SOLVE_LEFT),
  /**
   * result[0] = 2 Σ log a[i][i], float64.
   *
   * <p>Grid: 1.
   */
  LOG_DETERMINANT_F32("solve", 1024, 0, "a", "n", "stride", "result"),
  /** {@link #LOG_DETERMINANT_F32} for float64. */
  LOG_DETERMINANT_F64("solve", 1024, 0, "a", "n", "stride", "result"),

  /**
   * Chooses the Jacobi rotations of one round of a sweep over the symmetric n×n matrix a (float64,
   * lower triangle). With P = n + n mod 2 players, rounds 0 … P − 2 meet every pair once; pair k of
   * a round has {@code rotations}[2k] = cos, [2k + 1] = sin (1 and 0 where |a_pq| ≤ threshold or
   * the pair has a bye). {@code count}[0] (int64) is increased by the number of other ones: when a
   * sweep adds none, the diagonal holds the eigenvalues.
   *
   * <p>Grid: ⌈P/2/256⌉.
   */
  JACOBI_ROTATIONS("solve", 256, 0, "a", "n", "stride", "round", "threshold", "rotations", "count"),
  /**
   * Applies the rotations of one round: a ← Jᵀ a J (lower triangle), and the rows of vectors (n×n,
   * 0 if they are not wanted) ← Jᵀ vectors. Starting from the identity, row i ends as the
   * eigenvector of a[i][i].
   *
   * <p>Grid: (⌈H(H + 1)/2/256⌉ + (vectors ≠ 0 ? H·⌈n/256⌉ : 0)) with H = P/2.
   */
  JACOBI_APPLY(
      "solve", 256, 0, "a", "n", "stride", "round", "rotations", "vectors", "vectorsStride"),

  /**
   * partial[b][c] = Σ a[i][c] b[i][c] over the rows i = 1024·b … 1024·b + 1023 of two n×t float64
   * matrices; {@link #COLUMN_SUMS} adds the parts.
   *
   * <p>Grid: (⌈n/1024⌉, t).
   */
  COLUMN_DOTS("rows", 256, 0, "a", "aStride", "b", "bStride", "n", "t", "partial"),
  /**
   * partial[b][c] = max |a[i][c]| over the same rows, NaN counting as ∞; {@link #COLUMN_MAXIMA}
   * takes the largest.
   *
   * <p>Grid: (⌈n/1024⌉, t).
   */
  COLUMN_LARGEST("rows", 256, 0, "a", "aStride", "n", "t", "partial"),
  /**
   * out[c] = Σ_b partial[b][c].
   *
   * <p>Grid: ⌈t/256⌉.
   */
  COLUMN_SUMS("rows", 256, 0, "partial", "blocks", "t", "out"),
  /**
   * out[c] = max_b partial[b][c].
   *
   * <p>Grid: ⌈t/256⌉.
   */
  COLUMN_MAXIMA("rows", 256, 0, "partial", "blocks", "t", "out"),
  /**
   * y[i][c] ← x[i][c]·factor[c] + y[i][c]·keep[c]; keep[c] = 0 ignores the old value even if it is
   * NaN. All n×t float64, factor and keep t float64 each.
   *
   * <p>Grid: ⌈n·t/1024⌉.
   */
  COLUMN_COMBINE("rows", 256, 0, "x", "xStride", "factor", "keep", "y", "yStride", "n", "t"),
  /**
   * result[0], result[1] = index of the largest of n float64 numbers, the first if there are
   * several, and that number. NaN is never the largest.
   *
   * <p>Grid: 1.
   */
  LARGEST("rows", 1024, 0, "values", "n", "result"),
  /**
   * One step of a pivoted Cholesky factorisation: with r = {@code rest}[pivot], factor[step][i] =
   * (row[i] − Σ_{k<step} factor[k][i] factor[k][pivot])/√r and rest[i] ← rest[i] −
   * factor[step][i]², rest[pivot] ← 0. row is row {@code pivot} of the kernel matrix, factor (row
   * stride n or more) and rest are float64. {@code root} = √r.
   *
   * <p>Grid: ⌈n/256⌉.
   */
  PIVOT_STEP_F32("rows", 256, 0, Parameters.PIVOT_STEP),
  /** {@link #PIVOT_STEP_F32} for a float64 row. */
  PIVOT_STEP_F64("rows", 256, 0, Parameters.PIVOT_STEP),

  /**
   * z = x wᵀ + 1 biasᵀ and a = φ(z) in one pass by tiles of fused multiply-adds: x n×k, w m×k, bias
   * m numbers or 0, z and a n×m; z may be 0 if it is not wanted. k may be 0. See
   * <i>Activations</i>.
   *
   * <p>Grid: ⌈n/tile⌉·⌈m/tile⌉.
   */
  DENSE_FORWARD_F32("dense", 256, 128, Parameters.DENSE),
  /**
   * {@link #DENSE_FORWARD_F32} in float64; on tensor cores (DMMA) from compute capability 8.0 on.
   */
  DENSE_FORWARD_F64("dense", 128, 64, Parameters.DENSE),

  /**
   * a = φ(z), n×m; with bias (m numbers, else 0) first z ← z + 1 biasᵀ. a may be z.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  ACTIVATE_F32("layers", 256, 0, Parameters.ACTIVATE),
  /** {@link #ACTIVATE_F32} for float64. */
  ACTIVATE_F64("layers", 256, 0, Parameters.ACTIVATE),

  /**
   * delta ← delta ∘ φ′(z), n×m.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  ACTIVATE_BACKWARD_F32("layers", 256, 0, Parameters.ACTIVATE_BACKWARD),
  /** {@link #ACTIVATE_BACKWARD_F32} for float64. */
  ACTIVATE_BACKWARD_F64("layers", 256, 0, Parameters.ACTIVATE_BACKWARD),

  /**
   * delta ← delta ∘ φ″(z), n×m.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  ACTIVATE_CURVATURE_F32("layers", 256, 0, Parameters.ACTIVATE_BACKWARD),
  /** {@link #ACTIVATE_CURVATURE_F32} for float64. */
  ACTIVATE_CURVATURE_F64("layers", 256, 0, Parameters.ACTIVATE_BACKWARD),

  /**
   * tangents ← slope ∘ tangents + bend ∘ other, n×m, in blocks of k columns; slope and bend are
   * n×k. Without the second term if bend is 0.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  SCALE_TANGENTS_F32("layers", 256, 0, Parameters.SCALE_TANGENTS),
  /** {@link #SCALE_TANGENTS_F32} for float64. */
  SCALE_TANGENTS_F64("layers", 256, 0, Parameters.SCALE_TANGENTS),

  /**
   * delta ← delta ∘ φ′(z), n×m, unless z is 0, and the sums of its columns by rows 1024·b … 1024·b
   * + 1023: {@code partial}[b][c], float64, or if partial is 0, which needs n ≤ 1024, {@code
   * bias}[c]. {@link #MULTIPLY_SUM_F32} adds the parts. n may be 0.
   *
   * <p>Grid: (⌈m/8⌉, max(1, ⌈n/1024⌉)).
   */
  DENSE_DELTA_F32("layers", 256, 0, Parameters.DENSE_DELTA),
  /** {@link #DENSE_DELTA_F32} for float64. */
  DENSE_DELTA_F64("layers", 256, 0, Parameters.DENSE_DELTA),

  /**
   * Batch normalisation, n×m, n ≥ 2: statistics (2×m) ← the columns' means and 1/√(variance +
   * epsilon), y = scale·(z − mean)·statistics[1] + shift, running mean and running unbiased
   * variance moved by momentum. scale, shift and the running values are m numbers each; y may be z.
   *
   * <p>Grid: ⌈m/8⌉.
   */
  NORMALISE_F32("layers", 1024, 0, Parameters.NORMALISE),
  /** {@link #NORMALISE_F32} for float64. */
  NORMALISE_F64("layers", 1024, 0, Parameters.NORMALISE),

  /**
   * Backward through {@link #NORMALISE_F32}: delta (n×m) ← ∂loss/∂z, toScale and toShift ←
   * ∂loss/∂scale and ∂loss/∂shift, m numbers each; toShift is written last.
   *
   * <p>Grid: ⌈m/8⌉.
   */
  NORMALISE_BACKWARD_F32("layers", 1024, 0, Parameters.NORMALISE_BACKWARD),
  /** {@link #NORMALISE_BACKWARD_F32} for float64. */
  NORMALISE_BACKWARD_F64("layers", 1024, 0, Parameters.NORMALISE_BACKWARD),

  /**
   * y = scale·(z − mean)/√(variance + epsilon) + shift, n×m; y may be z.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  NORMALISE_FIXED_F32("layers", 256, 0, Parameters.NORMALISE_FIXED),
  /** {@link #NORMALISE_FIXED_F32} for float64. */
  NORMALISE_FIXED_F64("layers", 256, 0, Parameters.NORMALISE_FIXED),

  /**
   * delta ← delta·scale/√(variance + epsilon), n×m.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  NORMALISE_FIXED_BACKWARD_F32("layers", 256, 0, Parameters.NORMALISE_FIXED_BACKWARD),
  /** {@link #NORMALISE_FIXED_BACKWARD_F32} for float64. */
  NORMALISE_FIXED_BACKWARD_F64("layers", 256, 0, Parameters.NORMALISE_FIXED_BACKWARD),

  /**
   * losses[i] = factor·Σ_c t_ic (log Σ_k exp s_ik − s_ic) with s = outputs and t = targets, n×m,
   * and gradient = factor·(softmax(s)·Σ_c t_ic − t).
   *
   * <p>Grid: ⌈n/8⌉.
   */
  SOFTMAX_CROSS_ENTROPY_F32("layers", 256, 0, Parameters.LOSS),
  /** {@link #SOFTMAX_CROSS_ENTROPY_F32} for float64. */
  SOFTMAX_CROSS_ENTROPY_F64("layers", 256, 0, Parameters.LOSS),

  /**
   * losses[i] = factor·‖outputs_i − targets_i‖², gradient = 2·factor·(outputs − targets), n×m.
   *
   * <p>Grid: ⌈n/8⌉.
   */
  SQUARED_ERROR_F32("layers", 256, 0, Parameters.LOSS),
  /** {@link #SQUARED_ERROR_F32} for float64. */
  SQUARED_ERROR_F64("layers", 256, 0, Parameters.LOSS),

  /**
   * marks[i] = 1 if the first of the largest outputs stands where the first of the largest targets
   * stands, else 0; 0 if there is a NaN. n×m, m ≥ 1.
   *
   * <p>Grid: ⌈n/8⌉.
   */
  HITS_F32("layers", 256, 0, Parameters.HITS),
  /** {@link #HITS_F32} for float64. */
  HITS_F64("layers", 256, 0, Parameters.HITS),

  /**
   * y ← alpha·x + beta·y, n×m; beta = 0 ignores the old y even if it is NaN.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  ADD_F32("updates", 256, 0, Parameters.ADD),
  /** {@link #ADD_F32} for float64. */
  ADD_F64("updates", 256, 0, Parameters.ADD),

  /**
   * With h = g + l2·w: v ← momentum·v + h, w ← w − (ofGradient·h + ofVelocity·v), n×m.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  SGD_STEP_F32("updates", 256, 0, Parameters.SGD),
  /** {@link #SGD_STEP_F32} for float64. */
  SGD_STEP_F64("updates", 256, 0, Parameters.SGD),

  /**
   * With h = g + l2·w: first ← beta1·first + (1 − beta1)·h, second ← beta2·second + (1 − beta2)·h²,
   * w ← keep·w − rate·first/(√second + epsilon), n×m.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  ADAM_STEP_F32("updates", 256, 0, Parameters.ADAM),
  /** {@link #ADAM_STEP_F32} for float64. */
  ADAM_STEP_F64("updates", 256, 0, Parameters.ADAM),

  /**
   * w_ij ← w_ij + scale·ξ(first + i·m + j), n×m, with the noise ξ of {@code NoiseKey} (api) and its
   * key, the same bits as on the cpu backend.
   *
   * <p>Grid: ⌈n·m/1024⌉.
   */
  ADD_GAUSSIAN_F32("updates", 256, 0, "w", "wStride", "n", "m", "scale", "key", "first"),
  /** {@link #ADD_GAUSSIAN_F32} for float64. */
  ADD_GAUSSIAN_F64("updates", 256, 0, "w", "wStride", "n", "m", "scale", "key", "first");

  /** Right-hand sides that a block of {@link #MULTIPLY_F32} takes. */
  public static final int MULTIPLY_COLUMNS = 16;

  /** Columns that a block of {@link #DENSE_DELTA_F32} or {@link #NORMALISE_F32} takes. */
  public static final int LAYER_COLUMNS = 8;

  /** Rows that a block of {@link #DENSE_DELTA_F32} adds up. */
  public static final int DELTA_ROWS = 1024;

  /** Rows that a block of {@link #SOFTMAX_CROSS_ENTROPY_F32}, a loss, takes. */
  public static final int LOSS_ROWS = 8;

  /** Bytes of an argument. */
  public static final int ARGUMENT_BYTES = 8;

  private final String module;
  private final int threads;
  private final int tile;
  private final String parameters;

  DeviceFunction(String module, int threads, int tile, String... parameters) {
    this.module = module;
    this.threads = threads;
    this.tile = tile;
    this.parameters = String.join(" ", parameters);
  }

  /** {@return the name of the entry in the compiled module} */
  public String entry() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return the module that holds it: {@code kernels/src/<module>.cu}} */
  public String module() {
    return module;
  }

  /** {@return the number of threads of a block} */
  public int threads() {
    return threads;
  }

  /** {@return rows, and columns, of the tile that a block works on; 0 where there are no tiles} */
  public int tile() {
    return tile;
  }

  /** {@return the names of the arguments in order} */
  public List<String> parameters() {
    return List.of(parameters.split(" "));
  }

  /** {@return the modules that hold device functions, in order} */
  public static List<String> modules() {
    return Arrays.stream(values()).map(DeviceFunction::module).distinct().toList();
  }

  /** The parameter lists that several functions share. */
  private static final class Parameters {
    private static final String[] WIDE_PART = {
      "k", "n", "m", "kStride", "x", "z", "pitch", "symmetric"
    };
    static final String[] WIDE_LAYER =
        with(
            WIDE_PART,
            new String[] {"out", "outStride", "mirrored", "mirroredStride", "weight", "bias"});
    static final String[] WIDE_LAYER_BACKWARD =
        with(
            WIDE_PART,
            new String[] {
              "g",
              "gStride",
              "mirrored",
              "mirroredStride",
              "weight",
              "sums",
              "sumsPitch",
              "firstRow",
              "firstCol"
            });
    static final String[] WIDE_DIAGONAL = {
      "g", "n", "stride", "roots", "sums", "sumsPitch", "tiles", "weight"
    };
    static final String[] GRAM = {
      "x",
      "n",
      "xStride",
      "z",
      "m",
      "zStride",
      "d",
      "xNorms",
      "xSlots",
      "xPitch",
      "zNorms",
      "zSlots",
      "zPitch",
      "program",
      "outputs",
      "diagonal",
      "symmetric"
    };
    static final String[] PROGRAM = with(new String[] {"products", "productsStride"}, GRAM);
    static final String[] MULTIPLY =
        with(GRAM, new String[] {"v", "t", "vStride", "splits", "partial"});
    static final String[] MULTIPLY_SUM = {"partial", "splits", "n", "t", "out", "outStride"};
    static final String[] COPY = {"x", "n", "m", "xStride", "out", "outStride"};
    static final String[] GEMM = {
      "m", "n", "k", "alpha", "a", "aRow", "aCol", "b", "bRow", "bCol", "beta", "c", "cStride",
      "lower"
    };
    static final String[] SOLVE_RIGHT = {"l", "lStride", "size", "b", "bStride", "rows", "report"};
    static final String[] SOLVE_LEFT = {
      "l", "lStride", "size", "b", "bStride", "cols", "transposed"
    };
    static final String[] PIVOT_STEP = {
      "row", "n", "factor", "factorStride", "step", "pivot", "root", "rest"
    };

    static final String[] ACTIVATION = {"activation", "slope", "coefficients", "terms"};
    static final String[] DENSE =
        with(
            with(new String[] {"x", "xStride", "n", "w", "wStride", "m", "k", "bias"}, ACTIVATION),
            new String[] {"z", "zStride", "a", "aStride"});
    static final String[] ACTIVATE =
        with(
            with(new String[] {"z", "zStride", "n", "m", "bias"}, ACTIVATION),
            new String[] {"a", "aStride"});
    static final String[] ACTIVATE_BACKWARD =
        with(
            with(new String[] {"z", "zStride", "n", "m"}, ACTIVATION),
            new String[] {"delta", "deltaStride"});
    static final String[] SCALE_TANGENTS = {
      "slope",
      "slopeStride",
      "k",
      "bend",
      "bendStride",
      "other",
      "otherStride",
      "tangents",
      "tangentsStride",
      "n",
      "m"
    };
    static final String[] DENSE_DELTA = with(ACTIVATE_BACKWARD, new String[] {"partial", "bias"});
    static final String[] NORMALISE = {
      "z",
      "zStride",
      "n",
      "m",
      "scale",
      "shift",
      "runningMean",
      "runningVariance",
      "momentum",
      "epsilon",
      "statistics",
      "statisticsStride",
      "y",
      "yStride"
    };
    static final String[] NORMALISE_BACKWARD = {
      "z",
      "zStride",
      "n",
      "m",
      "scale",
      "statistics",
      "statisticsStride",
      "delta",
      "deltaStride",
      "toScale",
      "toShift"
    };
    static final String[] NORMALISE_FIXED = {
      "z", "zStride", "n", "m", "scale", "shift", "mean", "variance", "epsilon", "y", "yStride"
    };
    static final String[] NORMALISE_FIXED_BACKWARD = {
      "delta", "deltaStride", "n", "m", "scale", "variance", "epsilon"
    };
    static final String[] LOSS = {
      "outputs",
      "outputsStride",
      "targets",
      "targetsStride",
      "n",
      "m",
      "factor",
      "losses",
      "lossesStride",
      "gradient",
      "gradientStride"
    };
    static final String[] HITS = {
      "outputs", "outputsStride", "targets", "targetsStride", "n", "m", "marks", "marksStride"
    };
    static final String[] ADD = {"x", "xStride", "y", "yStride", "n", "m", "alpha", "beta"};
    static final String[] SGD = {
      "w",
      "wStride",
      "g",
      "gStride",
      "v",
      "vStride",
      "n",
      "m",
      "ofGradient",
      "ofVelocity",
      "momentum",
      "l2"
    };
    static final String[] ADAM = {
      "w",
      "wStride",
      "g",
      "gStride",
      "first",
      "firstStride",
      "second",
      "secondStride",
      "n",
      "m",
      "rate",
      "beta1",
      "beta2",
      "epsilon",
      "l2",
      "keep"
    };

    private static String[] with(String[] first, String[] second) {
      String[] all = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, all, first.length, second.length);
      return all;
    }
  }
}
