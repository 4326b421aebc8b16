package dev.lamina.contract;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the contracts of backends without a build, for example on a GPU machine: {@code java -cp …
 * dev.lamina.contract.ContractMain cuda}. A group of contracts may be named too: {@code
 * cuda/Solving}.
 */
public final class ContractMain {
  private static final String TARGET = "lamina.contract.target";
  private static final int FAILURES_SHOWN = 100;

  private ContractMain() {}

  /**
   * Runs the contracts and exits: 0 if all passed, 1 if one failed or a backend is unavailable, 2
   * on wrong arguments.
   *
   * @param args backends, {@code cuda}, {@code cpu} or {@code cuda-emulated}, each alone or with a
   *     slash and the name of a class in {@link BackendContracts}
   */
  public static void main(String[] args) {
    System.exit(run(new PrintWriter(System.out, true, StandardCharsets.UTF_8), args));
  }

  /**
   * Runs the contracts in both element types.
   *
   * @param out takes the failures
   * @param runs what to run, as in {@link #main}, at least one
   * @return exit code
   */
  static int run(PrintWriter out, String... runs) {
    boolean passed = true;
    for (String run : runs) {
      String[] parts = run.split("/", 2);
      Optional<ContractTarget> target = ContractTarget.of(parts[0]);
      if (target.isEmpty()) {
        return usage(out, "unknown backend '" + parts[0] + "'");
      }
      Optional<Class<?>> group = parts.length > 1 ? group(parts[1]) : Optional.empty();
      if (parts.length > 1 && group.isEmpty()) {
        return usage(out, "unknown group of contracts '" + parts[1] + "'");
      }
      passed &= passes(out, target.get(), group);
    }
    return runs.length == 0 ? usage(out, "no backend named") : passed ? 0 : 1;
  }

  private static Optional<Class<?>> group(String name) {
    return groups().filter(group -> group.getSimpleName().equals(name)).findFirst();
  }

  private static Stream<Class<?>> groups() {
    return Arrays.<Class<?>>stream(BackendContracts.class.getDeclaredClasses())
        .filter(group -> group.isAnnotationPresent(Nested.class))
        .sorted(Comparator.comparing(Class::getSimpleName));
  }

  private static int usage(PrintWriter out, String problem) {
    out.println(
        problem
            + "; usage: ContractMain BACKEND[/GROUP]..., each backend one of "
            + ContractTarget.words()
            + ", each group one of "
            + groups().map(Class::getSimpleName).toList());
    return 2;
  }

  /** Runs one element type after the other, so that the count of the first is printed early. */
  private static boolean passes(PrintWriter out, ContractTarget target, Optional<Class<?>> group) {
    boolean passed = true;
    for (Class<?> contracts : List.of(Float32.class, Float64.class)) {
      DiscoverySelector selector =
          group
              .<DiscoverySelector>map(nested -> selectNestedClass(List.of(contracts), nested))
              .orElseGet(() -> selectClass(contracts));
      passed &= passes(out, target, selector);
    }
    return passed;
  }

  private static boolean passes(
      PrintWriter out, ContractTarget target, DiscoverySelector selector) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selector)
            .configurationParameter(TARGET, target.name())
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, summary);
    summary.getSummary().printFailuresTo(out, FAILURES_SHOWN);
    return summary.getSummary().getTotalFailureCount() == 0
        && summary.getSummary().getTestsSucceededCount() > 0;
  }

  /** Hands the backend of a run to the constructors below. */
  static final class TargetOfRun implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == ContractTarget.class
          && context.getConfigurationParameter(TARGET).isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return ContractTarget.valueOf(context.getConfigurationParameter(TARGET).orElseThrow());
    }
  }

  /** The contracts in float32. */
  @ExtendWith(TargetOfRun.class)
  static final class Float32 extends BackendContracts {
    private final ContractTarget target;

    Float32(ContractTarget target) {
      super(target.label(), DType.FLOAT32);
      this.target = target;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return target.open(config);
    }
  }

  /** The contracts in float64. */
  @ExtendWith(TargetOfRun.class)
  static final class Float64 extends BackendContracts {
    private final ContractTarget target;

    Float64(ContractTarget target) {
      super(target.label(), DType.FLOAT64);
      this.target = target;
    }

    @Override
    protected Backend open(LaminaConfig config) {
      return target.open(config);
    }
  }
}
