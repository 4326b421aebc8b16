package dev.lamina.contract;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.discovery.MethodSelector;

/** What may be wrong with a backend, each with the contract test that must notice. */
enum Flaw {
  WRONG_ENTRY(KernelMatrixContract.class, "computesEveryShape", 18),
  WRONG_BY_A_FEW_ROUNDINGS(KernelMatrixContract.class, "computesEveryShape", 18),
  LAST_ROW_LEFT(KernelMatrixContract.class, "computesEveryShape", 18),
  NOT_SYMMETRIC(KernelMatrixContract.class, "computesEverySymmetricSize", 9),
  DIAGONAL_ROUNDED_TWICE(KernelMatrixContract.class, "computesSymmetric", 0),
  PADDING_WRITTEN(KernelMatrixContract.class, "worksWhereverMatricesLie"),
  INPUT_WRITTEN(KernelMatrixContract.class, "computesRectangular", 0),
  BIAS_FORGOTTEN(KernelMatrixContract.class, "computesRectangular", 18),
  DUPLICATES_APART(KernelMatrixContract.class, "duplicateRowsGiveTheirOwnDiagonal"),
  NOT_POSITIVE(KernelMatrixContract.class, "isPositiveSemiDefiniteUpToRounding", 0),
  MEMORY_LEAKED(KernelMatrixContract.class, "mixesHostAndDevice"),
  DEPTHS_SWAPPED(NeuralContract.class, "computesAllDepthsSymmetric", 1),
  KERNELS_SWAPPED(NeuralContract.class, "computesEitherKernelAlone", 0),
  ANGLE_FROM_COSINE(AngleContract.class, "nearlyParallelInputsKeepTheirAngleAtEveryDepth", 0),
  TRANSPOSE_IGNORED(ProductContract.class, "multipliesMatrices"),
  BETA_IGNORED(ProductContract.class, "formsProductsOfRows"),
  DOT_IN_FLOAT32(ProductContract.class, "innerProductsAreSummedInFloat64"),
  NORMS_OVERFLOW(ProductContract.class, "normsOfRowsWhoseSquaresOverflowOrVanish"),
  CENTRED_BY_ROWS_ALONE(ProductContract.class, "centres"),
  HADAMARD_SKIPS_AN_ENTRY(ProductContract.class, "multipliesEntries"),
  BLOCKS_COUNTED_ONCE(ProductContract.class, "normsOfHadamardProducts"),
  LAYER_NOT_SYMMETRIC(WideLayerContract.class, "goesThroughALayer", 3),
  LAYER_FROM_ROUNDED_COSINE(WideLayerContract.class, "parallelRowsHaveTheirLimits"),
  DIAGONAL_RULE_FORGOTTEN(WideLayerContract.class, "theAdjointIsThatOfDifferences", 1),
  DEAD_SAMPLES_PULL(WideLayerContract.class, "deadSamplesHaveNoSlope"),
  ADJOINT_DEPENDS_ON_THREADS(WideLayerContract.class, "threadsAndMemoryDoNotChangeABit"),
  DIAGONAL_REPLACED(StoredKernelContract.class, "addsToDiagonals", 1),
  DIAGONAL_TAKEN_AS_A_ROW(StoredKernelContract.class, "copiesDiagonals", 1),
  LAST_ROW_NOT_SCALED(StoredKernelContract.class, "scalesRows", 3),
  OLD_RESULT_ADDED(ProductContract.class, "multipliesByAKernelMatrix", 3),
  SHAPES_UNCHECKED(InputContract.class, "wrongShapesAreNamedAndNothingIsWritten"),
  NAN_ACCEPTED(InputContract.class, "numbersMustBeFinite", 0),
  ZERO_ROW_ACCEPTED(InputContract.class, "zeroRowsHaveNoAngle", 0),
  BITS_DEPEND_ON_THREADS(ResourceContract.class, "threadsDoNotChangeABit"),
  BUDGET_IGNORED(ResourceContract.class, "aSmallBudgetIsKeptAndChangesNothing", 0),
  TINY_BUDGET_IGNORED(ResourceContract.class, "aBudgetTooSmallForOneTileIsAnError"),
  JITTER_UNREPORTED(SolveContract.class, "addsTheLeastJitterThatWorks"),
  UPPER_TRIANGLE_READ(SolveContract.class, "factorises"),
  HALF_SOLVED(SolveContract.class, "solvesSystems"),
  DETERMINANT_NOT_DOUBLED(SolveContract.class, "logDeterminantsAreSummedInFloat64"),
  INVERSE_NOT_SYMMETRIC(SolveContract.class, "inverts"),
  EIGENVECTORS_IN_COLUMNS(EigenContract.class, "findsEigenvaluesAndVectors"),
  CONVERGENCE_CLAIMED(IterationContract.class, "aLimitOfIterationsIsKeptAndReported"),
  RESIDUAL_UNDERSTATED(IterationContract.class, "conjugateGradientsReachTheirTolerance"),
  LAYER_BIAS_FORGOTTEN(DenseContract.class, "goesForwardAndBackward", 3),
  DERIVATIVE_FORGOTTEN(DenseContract.class, "goesThroughEveryActivation", 9),
  SLOPE_AT_KINK(DenseContract.class, "theSlopeAtAKinkIsTheLeftOne"),
  CURVATURE_FORGOTTEN(TangentContract.class, "multipliesBySecondDerivatives", 9),
  BEND_FORGOTTEN(TangentContract.class, "takesTangentsThroughActivations", 2),
  RUNNING_VARIANCE_BIASED(NormContract.class, "normalisesBatches", 2),
  FACTOR_IGNORED(UpdateContract.class, "computesCrossEntropies", 2),
  ROWS_FROM_THE_START(UpdateContract.class, "gathersRows"),
  NESTEROV_IGNORED(UpdateContract.class, "movesByGradientDescentWithMomentum"),
  NOISE_KEY_IGNORED(UpdateContract.class, "addsTheNoiseOfTheGenerator"),
  LAYER_BITS_DEPEND_ON_THREADS(LayerResourceContract.class, "threadsDoNotChangeABit", 0);

  private static final int ALL = -1;

  private final Class<? extends BackendContract> contract;
  private final String noticedBy;
  private final int invocation;

  Flaw(Class<? extends BackendContract> contract, String noticedBy) {
    this(contract, noticedBy, ALL);
  }

  /**
   * Names the test.
   *
   * @param invocation zero-based number of the arguments that suffice
   */
  Flaw(Class<? extends BackendContract> contract, String noticedBy, int invocation) {
    this.contract = contract;
    this.noticedBy = noticedBy;
    this.invocation = invocation;
  }

  Class<? extends BackendContract> contract() {
    return contract;
  }

  /** Selects the test in a subclass of the contract. */
  DiscoverySelector select(Class<?> subclass) {
    Method test =
        Arrays.stream(contract.getDeclaredMethods())
            .filter(method -> method.getName().equals(noticedBy))
            .findFirst()
            .orElseThrow();
    MethodSelector method = DiscoverySelectors.selectMethod(subclass, test);
    return invocation == ALL ? method : DiscoverySelectors.selectIteration(method, invocation);
  }
}
