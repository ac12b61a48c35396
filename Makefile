# make run      serve on http://127.0.0.1:8000 with data in ./data
# make test     everything, on SQLite, PostgreSQL and MariaDB; test-embedded: what needs no database server
# make lint     formatting, clippy, dependencies, the committed OpenAPI document
# make openapi  write docs/openapi.json;  make fmt: format the code
# make demo     the whole story on a server of its own;  make bench: measure;  make crash: 300 rounds of kill -9
.PHONY: run test test-embedded lint fmt openapi bench demo crash
WITH_DATABASES := cargo run -q --locked -p cardkey-tests --bin with-databases --

run: ; cargo run --locked --bin cardkey -- serve
test: ; .ci/need nextest && cargo test -q --locked --workspace --doc && cargo nextest run --locked --workspace --no-run && $(WITH_DATABASES) cargo nextest run --locked --workspace
test-embedded: ; .ci/need nextest && echo "Not run: the suites for PostgreSQL, MariaDB and a browser" && cargo nextest run --locked --workspace -E 'not test(/::(postgres|mariadb)$$|::browser::/)'
lint: ; .ci/need deny && cargo fmt --all --check && cargo clippy -q --locked --workspace --all-targets -- -D warnings && cargo deny --locked check bans licenses sources && cargo run -q --locked --bin cardkey -- openapi | diff docs/openapi.json -
fmt: ; cargo fmt --all
openapi: ; cargo run -q --locked --bin cardkey -- openapi > docs/openapi.json
bench: ; cargo build -q --locked --release --bin cardkey && cargo run -q --locked --release -p cardkey-tests --bin bench
demo: ; cargo build -q --locked -p cardkey-tests --bin cardkey-under-test && $(if $(filter postgres mariadb,$(DEMO_DATABASE)),$(WITH_DATABASES)) cargo run -q --locked -p cardkey-tests --bin demo $(DEMO_DATABASE)
crash: ; CARDKEY_TEST_CRASH_ROUNDS=300 $(WITH_DATABASES) cargo nextest run --locked -p cardkey-tests -E 'test(/kill_9/)' --no-capture
