package dev.lamina.examples.inject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.lamina.Lamina;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.examples.ExamplesTest;
import dev.lamina.inject.LaminaModule;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.SolveOps;
import org.junit.jupiter.api.Test;

final class GuiceExampleTest {

  @Test
  void guiceExampleInjectsTheOperations() {
    String text = ExamplesTest.output(() -> GuiceExample.main(new String[0]));
    double cosine = 0;
    for (int layer = 0; layer < 5; layer++) {
      double theta = Math.acos(cosine);
      cosine = (Math.sin(theta) + (Math.PI - theta) * cosine) / Math.PI;
    }
    assertThat(ExamplesTest.number(text, "similarity =")).isCloseTo(cosine, within(1e-12));
  }

  /** What the README says can be injected, with the real backend. */
  @Test
  void everythingIsInjectedFromOneBackend() {
    LaminaConfig config = LaminaConfig.defaults().withBackend(BackendChoice.CPU);
    Injector injector = Guice.createInjector(new LaminaModule(config));
    try (Lamina lamina = injector.getInstance(Lamina.class)) {
      assertThat(injector.getInstance(Lamina.class)).isSameAs(lamina);
      assertThat(injector.getInstance(Backend.class).id()).isEqualTo(BackendId.CPU);
      assertThat(injector.getInstance(Backend.class)).isSameAs(lamina.backend());
      assertThat(injector.getInstance(GramOps.class)).isSameAs(lamina.gram());
      assertThat(injector.getInstance(SolveOps.class)).isSameAs(lamina.solve());
    }
  }
}
