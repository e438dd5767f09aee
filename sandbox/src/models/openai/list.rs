//! `GET /v1/models` and `GET /v1/models/{model}`.

use crate::models::error::{Dialect, Refusal};
use crate::models::surface;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

pub(in crate::models) async fn all() -> Json<Value> {
    let models: Vec<_> = surface::models().map(described).collect();
    Json(json!({ "object": "list", "data": models }))
}

pub(in crate::models) async fn one(Path(model): Path<String>) -> Response {
    match surface::models().find(|known| *known == model) {
        Some(model) => Json(described(model)).into_response(),
        None => Refusal::new(StatusCode::NOT_FOUND, format!("The model '{model}' does not exist"))
            .with_code("model_not_found")
            .with_param("model")
            .into_response(Dialect::OpenAi),
    }
}

fn described(model: &str) -> Value {
    json!({ "id": model, "object": "model", "created": 0, "owned_by": "sandbox" })
}
