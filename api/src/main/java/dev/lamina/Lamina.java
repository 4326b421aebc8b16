package dev.lamina;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendReport;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.LaminaConfig;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.SolveOps;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in for a program that uses Lamina as a library: one open backend and what it was opened
 * with.
 *
 * <pre>{@code
 * try (Lamina lamina = Lamina.open();
 *     HostMatrix k = HostMatrix.allocate(x.dtype(), x.rows(), x.rows())) {
 *   lamina.gram().compute(Kernel.parse("ntk(depth=3)"), x, x, k);
 * }
 * }</pre>
 */
public final class Lamina implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lamina.class);

  private final LaminaConfig config;
  private final BackendReport report;
  private final Backend backend;

  private Lamina(LaminaConfig config, BackendReport report, Backend backend) {
    this.config = config;
    this.report = report;
    this.backend = backend;
  }

  /**
   * Opens the backend that environment and system properties ask for, by default the best one.
   *
   * @return an open backend with its settings; the caller closes it
   * @throws dev.lamina.config.ConfigException if a setting is wrong
   * @throws dev.lamina.backend.BackendUnavailableException if a forced backend is not available
   */
  public static Lamina open() {
    return open(LaminaConfig.load());
  }

  /**
   * Opens the backend that a configuration asks for. If it asks for {@code auto} and a preferred
   * backend is missing, one line is logged as a warning.
   *
   * @param config the settings
   * @return an open backend with its settings; the caller closes it
   * @throws dev.lamina.backend.BackendUnavailableException if a forced backend is not available
   */
  public static Lamina open(LaminaConfig config) {
    return open(config, BackendSelector.providers());
  }

  /**
   * Opens the backend that a configuration asks for, chosen among the given providers.
   *
   * @param config the settings
   * @param providers at most one for each backend
   * @return an open backend with its settings; the caller closes it
   * @throws dev.lamina.backend.BackendUnavailableException if a forced backend is not available
   */
  public static Lamina open(LaminaConfig config, List<BackendProvider> providers) {
    BackendReport report = BackendSelector.select(config, BackendSelector.probe(config, providers));
    BackendProvider provider =
        providers.stream()
            .filter(p -> p.id() == report.requireSelected())
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("a backend without a provider: " + report));
    report.fallback().ifPresent(LOG::warn);
    return new Lamina(config, report, provider.open(config));
  }

  /** {@return the settings in force} */
  public LaminaConfig config() {
    return config;
  }

  /** {@return which backend was chosen and the state of each} */
  public BackendReport report() {
    return report;
  }

  /** {@return the open backend; it is closed with this object} */
  public Backend backend() {
    return backend;
  }

  /** {@return kernel matrices and Gram products} */
  public GramOps gram() {
    return backend.gram();
  }

  /** {@return factorisations, linear systems and eigenvalues} */
  public SolveOps solve() {
    return backend.solve();
  }

  /** Closes the backend. Closing twice does nothing more than the backend's own second close. */
  @Override
  public void close() {
    backend.close();
  }
}
