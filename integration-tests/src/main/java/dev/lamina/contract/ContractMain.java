package dev.lamina.contract;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the contracts of installed backends without a build, for example on a GPU machine: {@code
 * java -cp … dev.lamina.contract.ContractMain cuda}.
 */
public final class ContractMain {
  private static final String BACKEND = "lamina.contract.backend";
  private static final int FAILURES_SHOWN = 100;

  private ContractMain() {}

  /**
   * Runs the contracts and exits: 0 if all passed, 1 if one failed or a backend is unavailable, 2
   * on wrong arguments.
   *
   * @param args names of backends
   */
  public static void main(String[] args) {
    System.exit(run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), args));
  }

  /**
   * Runs the contracts in both element types.
   *
   * @param out takes the failures
   * @param names names of backends, at least one
   * @return exit code
   */
  static int run(PrintWriter out, String... names) {
    boolean passed = true;
    for (String name : names) {
      Optional<BackendId> id =
          Arrays.stream(BackendId.values()).filter(known -> known.text().equals(name)).findFirst();
      if (id.isEmpty()) {
        return usage(out, "unknown backend '" + name + "'");
      }
      passed &= passes(out, id.get());
    }
    return names.length == 0 ? usage(out, "no backend named") : passed ? 0 : 1;
  }

  private static int usage(PrintWriter out, String problem) {
    out.println(
        problem
            + "; usage: ContractMain BACKEND..., each one of "
            + Arrays.stream(BackendId.values()).map(BackendId::text).toList());
    return 2;
  }

  private static boolean passes(PrintWriter out, BackendId id) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(Float32.class), selectClass(Float64.class))
            .configurationParameter(BACKEND, id.name())
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, summary);
    summary.getSummary().printFailuresTo(out, FAILURES_SHOWN);
    return summary.getSummary().getTotalFailureCount() == 0
        && summary.getSummary().getTestsSucceededCount() > 0;
  }

  /** Hands the backend of a run to the constructors below. */
  static final class BackendOfRun implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == BackendId.class
          && context.getConfigurationParameter(BACKEND).isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return BackendId.valueOf(context.getConfigurationParameter(BACKEND).orElseThrow());
    }
  }

  /** The contracts in float32. */
  @ExtendWith(BackendOfRun.class)
  static final class Float32 extends BackendContracts {
    private final BackendId id;

    Float32(BackendId id) {
      super(id.text(), DType.FLOAT32);
      this.id = id;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return ContractBackends.open(id, config);
    }
  }

  /** The contracts in float64. */
  @ExtendWith(BackendOfRun.class)
  static final class Float64 extends BackendContracts {
    private final BackendId id;

    Float64(BackendId id) {
      super(id.text(), DType.FLOAT64);
      this.id = id;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return ContractBackends.open(id, config);
    }
  }
}
