package dev.lamina.inject;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.lamina.Lamina;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendReport;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.LaminaConfig;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.SolveOps;
import java.util.List;

/**
 * The one Guice module of Lamina. It binds {@link LaminaConfig}, {@link Lamina}, {@link Backend},
 * {@link BackendReport}, {@link GramOps} and {@link SolveOps}, and makes the injector strict:
 * explicit bindings only, {@code @Inject} on constructors, no circular proxies.
 *
 * <p>The backend is opened when it is first asked for. Guice closes nothing: the program closes the
 * injector's {@link Lamina} when it is done.
 */
public final class LaminaModule extends AbstractModule {
  private final LaminaConfig config;
  private final List<BackendProvider> providers;

  /**
   * Creates the module over the backends on the class path.
   *
   * @param config the settings
   */
  public LaminaModule(LaminaConfig config) {
    this(config, BackendSelector.providers());
  }

  /**
   * Creates the module over the given backends.
   *
   * @param config the settings
   * @param providers at most one for each backend
   */
  public LaminaModule(LaminaConfig config, List<BackendProvider> providers) {
    this.config = config;
    this.providers = List.copyOf(providers);
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().requireAtInjectOnConstructors();
    binder().requireExactBindingAnnotations();
    binder().disableCircularProxies();
    bind(LaminaConfig.class).toInstance(config);
  }

  @Provides
  @Singleton
  Lamina lamina(LaminaConfig settings) {
    return Lamina.open(settings, providers);
  }

  @Provides
  Backend backend(Lamina lamina) {
    return lamina.backend();
  }

  @Provides
  BackendReport report(Lamina lamina) {
    return lamina.report();
  }

  @Provides
  GramOps gram(Lamina lamina) {
    return lamina.gram();
  }

  @Provides
  SolveOps solve(Lamina lamina) {
    return lamina.solve();
  }
}
